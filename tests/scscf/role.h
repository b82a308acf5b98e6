// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/ims/actions.h"
#include "agent/ims/internal.h"
#include "agent/scscf/scscf.h"
#include "sip/auth.h"
#include "sip/message.h"

namespace sipward::scscf::test {

inline constexpr const char* kAliceImpi = "alice_priv@home1.example";
inline constexpr const char* kBobImpi = "bob_priv@home1.example";
inline constexpr const char* kAlice = "sip:alice@home1.example";
inline constexpr const char* kBob = "sip:bob@home1.example";
inline constexpr const char* kCarol = "sip:carol@home2.example";

/// A user of home1.example with H(A1) for MD5 and SHA-256; the first identity is the default of
/// set 0.
[[nodiscard]] Subscriber make_user(const std::string& impi, const std::string& password,
                                   const std::vector<std::string>& identities);

/// The S-CSCF with a P-CSCF that says what the test says, in virtual time. The subscribers are
/// alice (SIP, tel) and bob of the worked examples.
class Role {
 public:
  explicit Role(
      const std::function<void(Config&)>& change = [](Config&) {},
      std::string nonce_key = std::string(32, 'k'));

  /// A message arrives from a peer; its look-ups are answered at once unless held.
  void receive(const std::string& text, const sip::Flow& peer = ims::scscf_to_pcscf());
  void advance(sip::Duration by);

  /// Look-ups wait for `answer_next`.
  bool hold_lookups = false;
  std::deque<ims::Lookup> lookups;
  void answer_next(std::optional<Scscf::LookupStatus> instead = std::nullopt);

  /// What left, oldest first.
  struct Sent {
    sip::Message message;
    sip::Flow flow;
  };
  std::vector<Sent> sent;
  /// The last response, 100s apart; there must be one.
  [[nodiscard]] const sip::Message& response() const;
  /// Its status, or 0.
  [[nodiscard]] int status() const;
  /// The requests that were forwarded.
  [[nodiscard]] std::vector<const Sent*> forwarded() const;

  std::vector<ims::Event> events;
  [[nodiscard]] std::size_t count(ims::EventKind kind) const;

  std::map<std::string, Subscriber> subscribers;  ///< by IMPI
  sip::Time now = sip::Time(std::chrono::hours(1));
  Config config;
  std::unique_ptr<Scscf> scscf;

 private:
  void perform(ims::Actions actions);
};

/// What a P-CSCF forwards of a REGISTER.
struct Register {
  std::string authorization;  ///< the value; empty: no such header
  std::string user = "alice";
  std::string uri = "sip:home1.example";
  std::string contact = "<sip:alice@10.0.0.5:5060>;expires=3600";  ///< empty: none
  std::string path = "<sip:token@pcscf1.home1.example;lr>";
  std::string source = "203.0.113.7:40001";
  std::vector<std::string> headers;
  std::string call_id = "reg-1";
};
/// Every call makes a new transaction with a higher CSeq.
[[nodiscard]] std::string text_of(const Register& request);

/// What a P-CSCF forwards of any other request from a UE.
struct Request {
  std::string method = "INVITE";
  std::string uri = kCarol;
  std::string asserted = "<sip:alice@home1.example>";  ///< empty: none
  std::string credentials;
  std::string route = "<sip:orig@scscf1.home1.example;lr>";  ///< empty: none
  std::string to_tag;
  std::string source = "203.0.113.7:40001";
  std::vector<std::string> headers;
};
[[nodiscard]] std::string text_of(const Request& request);

/// How a UE answers a challenge.
struct UeAnswer {
  std::string impi = kAliceImpi;
  std::string password = "alice-pw-1";
  std::string method = "REGISTER";
  std::string uri = "sip:home1.example";
  std::string nc = "00000001";
  std::string cnonce = "c0a80001";
  std::string qop = "auth";
  std::string algorithm = "SHA-256";
  /// Sent as `algorithm` instead of the one computed with; "-": left out.
  std::string claimed = {};
};
[[nodiscard]] std::string credentials_for(const std::string& nonce, const UeAnswer& how);

/// The challenges of a 401 or 407.
[[nodiscard]] std::vector<sip::Challenge> challenges_of(const sip::Message& response);

/// A `name="value"` or `name=value` of Authentication-Info.
[[nodiscard]] std::string info_value(const sip::Message& response, const std::string& name);

/// REGISTER, challenge, answer; true on a 200.
bool register_user(Role& role, Register request, UeAnswer how,
                   const std::string& flag = "ip-assoc-pending");
bool register_alice(Role& role);
bool register_bob(Role& role);

}  // namespace sipward::scscf::test
