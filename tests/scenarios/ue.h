// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sip/auth.h"
#include "tests/scenarios/home.h"

namespace sipward::test {

/// A request as a UE writes it; what is left empty gets a sensible value.
struct UeRequest {
  std::string method = "INVITE";
  std::string uri = "sip:carol@home2.example";
  std::vector<std::string> headers;  ///< further lines, `Name: value`
  std::string to = {};               ///< default: <uri>
  std::string from = {};             ///< default: <sip:NAME@home1.example>
  std::string tag = {};              ///< From tag, default: the UE's own
  std::string call_id = {};
  std::uint32_t cseq = 0;
  std::string branch = {};
  std::string body = {};
};

/// A SIP client at one address of the access network. It answers challenges with the credentials of
/// `name`, or with those that a scenario gives it.
class Ue {
 public:
  Ue(Home& home, std::string name, std::string_view source);

  std::string via;             ///< sent-by: differs from the source behind a NAT
  std::string via_params;      ///< after the Via's rport
  std::string contact_params;  ///< after the Contact's `>`
  std::vector<std::string> register_headers;
  std::uint32_t expires = 3600;
  sip::Endpoint source;

  /// The whole procedure: REGISTER, challenge, answer. The last status.
  int register_now();
  /// One REGISTER with this Authorization value (empty: none).
  std::optional<sip::Message> send_register(const std::string& authorization);
  /// A REGISTER's text, for scenarios that hold it back.
  [[nodiscard]] std::string register_text(const std::string& authorization);

  /// Sends and returns the last response to this request, or nullopt when nobody answered.
  std::optional<sip::Message> send(UeRequest request);
  /// The status of `send`, 0 for silence.
  int status(UeRequest request);
  [[nodiscard]] std::string text(UeRequest& request);

  struct Answer {
    std::string user = {};      ///< default: the UE's own IMPI
    std::string password = {};  ///< default: the user's
    std::string method = "REGISTER";
    std::string uri = "sip:home1.example";
    std::uint32_t nc = 1;
    std::string cnonce = "c0a80001";
    std::string qop = "auth";
    std::string algorithm = {};  ///< default: the challenge's
  };
  /// A credentials value that answers the first challenge of the response.
  [[nodiscard]] std::string answer(const sip::Message& challenge, Answer how);
  [[nodiscard]] std::string answer(const sip::Message& challenge) { return answer(challenge, {}); }
  /// An Authorization without an answer, as IMS UEs send first.
  [[nodiscard]] std::string unanswered() const;

  /// Requests that reached this address since the last call.
  std::vector<sip::Message> requests();
  [[nodiscard]] const std::string& impi() const { return impi_; }
  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  Home& home_;
  std::string name_;
  std::string impi_;
  std::vector<sip::Message> inbox_;
};

/// A NAT stands between the UE and the P-CSCF, and no ALG: another sent-by than the source.
[[nodiscard]] Ue behind_nat(Home& home, std::string name, std::string_view source);
/// The same with Supported: outbound, instance and reg-id, as RFC 5626 asks.
[[nodiscard]] Ue outbound_behind_nat(Home& home, std::string name, std::string_view source);

/// The challenge of a 401 or 407.
[[nodiscard]] sip::Challenge challenge_of(const sip::Message& response);
/// The one P-Asserted-Identity URI, or all joined by a space.
[[nodiscard]] std::string asserted(const sip::Message& request);
/// The `integrity-protected` value the P-CSCF sent with its last REGISTER; empty if none.
[[nodiscard]] std::string last_flag(const Home& home);

}  // namespace sipward::test
