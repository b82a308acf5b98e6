// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/pcscf/pcscf.h"

namespace sipward::pcscf::test {

using namespace std::chrono_literals;

inline constexpr std::string_view kAccess = "198.51.100.10:5060";
inline constexpr std::string_view kCore = "10.0.0.2:5060";
inline constexpr std::string_view kServiceRoute = "<sip:orig@scscf1.home1.example;lr>";

[[nodiscard]] sip::Endpoint endpoint(std::string_view text);
/// Numbers that look random and are the same in every run.
[[nodiscard]] sip::RandomSource seeded(std::uint64_t seed);

/// A request as a UE writes it. What is left empty gets a sensible value.
struct UeRequest {
  std::string method = "INVITE";
  std::string uri = "sip:carol@home2.example";
  std::vector<std::string> headers = {};  ///< further lines, `Name: value`
  std::string from = "<sip:anything@anywhere.invalid>;tag=ue";
  std::string to = "<sip:carol@home2.example>";
  std::string call_id = "call-1";
  int cseq = 1;
  std::string branch = {};  ///< default: a new one
  std::string via = {};     ///< sent-by; default: the source
  std::string via_params = {};
};

/// A UE that registers.
struct Phone {
  std::string name = "alice";
  std::string source = "203.0.113.7:5060";
  std::string via = {};      ///< sent-by; default: the source
  std::string contact = {};  ///< host:port; default: sent-by
  int reg_id = 0;            ///< above 0: RFC 5626, with an instance made from the name
  std::string via_params = {};
  std::string to = {};  ///< default: <sip:NAME@home1.example>
  std::string call_id = {};
  std::vector<std::string> headers = {};

  [[nodiscard]] std::string impi() const { return name + "_priv@home1.example"; }
  [[nodiscard]] std::string aor() const { return "sip:" + name + "@home1.example"; }
  [[nodiscard]] std::string contact_value() const;
  [[nodiscard]] UeRequest request(const std::string& authorization, int expires = 3600) const;
  /// A Digest value with the phone's username; with an answer to some challenge, or without.
  [[nodiscard]] std::string answered() const;
  [[nodiscard]] std::string unanswered() const;
};

/// What the core puts into a 200 OK to a REGISTER.
struct Granting {
  int expires = 3600;
  bool outbound = true;                      ///< Require: outbound, if the Path has `ob`
  std::vector<std::string> identities = {};  ///< default: the To
  std::vector<std::string> service_route = {std::string(kServiceRoute)};
  std::optional<std::vector<std::string>> contacts = {};  ///< default: the one of the REGISTER
  std::vector<std::string> headers = {};
};

/// A P-CSCF between UEs and a core that a test plays. Messages go in and out as bytes, time is
/// virtual, and the kernel is a map that a test can make refuse.
class Lab {
 public:
  explicit Lab(
      const std::function<void(Config&)>& change = [](Config&) {}, std::uint64_t seed = 1);

  /// A datagram arrives on the access side, with the tag that `tag` says or none.
  void receive(const std::string& bytes, std::string_view source);
  void receive_at(const std::string& bytes, const sip::Flow& flow, std::optional<ims::Tag> with);
  std::optional<ims::Tag> tag;
  std::optional<ims::Anchor> anchor;  ///< of every datagram
  /// Sends the request from the source; returns its text, for retransmissions.
  std::string send(UeRequest request, std::string_view source);
  /// A message arrives on the core side.
  void from_core(const sip::Message& message, std::string_view peer = kCore);
  /// The core answers the request with this status and these header lines.
  void core_answers(const sip::Message& request, int status,
                    const std::vector<std::string>& headers = {});
  /// The UE at the source answers the request that reached it.
  void ue_answers(std::string_view source, const sip::Message& request, int status,
                  const std::vector<std::string>& headers = {});
  void advance(sip::Duration by);
  std::size_t release(const ReleasedSource& source);

  /// REGISTER with an answer, and the core's 200. The status that reached the phone, 0 for none.
  int register_phone(const Phone& phone, const Granting& granting = {});
  /// The REGISTER as the core got it; nullptr if nothing got there.
  const sip::Message* send_register(const Phone& phone);
  const sip::Message* send_register(const Phone& phone, const std::string& authorization,
                                    int expires = 3600);
  void grant(const sip::Message& request, const Granting& granting = {});

  /// Everything that reached the core or an access address since the last `forget`.
  std::vector<std::unique_ptr<sip::Message>> to_core;
  std::map<std::string, std::vector<std::unique_ptr<sip::Message>>> to_ue;
  [[nodiscard]] const sip::Message* last_to_core() const;
  [[nodiscard]] const sip::Message* last_to(std::string_view source) const;
  /// The status of the last response to the address; 0 for none.
  [[nodiscard]] int status_at(std::string_view source) const;
  [[nodiscard]] int status_at_core() const;
  std::vector<ims::Event> events;
  [[nodiscard]] std::size_t count(ims::EventKind kind) const;
  /// What was asked of the shell, in order: `install KEY`, `withdraw KEY`, `challenged IP`,
  /// `core REGISTER`, `203.0.113.7:5060 200`.
  std::vector<std::string> trace;
  void forget();

  [[nodiscard]] const FlowBinding* row(std::string_view source) const;
  [[nodiscard]] const BindingTable& table() const { return pcscf_->bindings(); }
  Pcscf& pcscf() { return *pcscf_; }

  std::map<ims::BindingKey, ims::KernelRow> kernel;
  bool kernel_refuses = false;
  /// Installs are not answered until `kernel_answers`.
  bool kernel_waits = false;
  void kernel_answers();
  sip::Time now = sip::Time(1h);

 private:
  void perform(ims::Actions actions);
  void deliver(const sip::Outgoing& outgoing);
  void answer_install(const ims::Install& install);

  std::unique_ptr<Pcscf> pcscf_;
  std::vector<ims::Install> open_installs_;
  int counter_ = 0;
};

/// A request on its way from the core to the UE whose Path value this is.
struct CoreRequest {
  std::string method = "INVITE";
  std::string route;  ///< the Route value, or empty for none
  std::vector<std::string> headers = {};
  std::string to = "<sip:alice@home1.example>";
  std::string from = "<sip:carol@home2.example>;tag=far";
  std::string call_id = "core-call";
  std::string branch = "z9hG4bKcore1";

  [[nodiscard]] sip::Message message() const;
};

[[nodiscard]] std::string values(const sip::Message& message, sip::Field field);
/// Adds `Name: value` lines.
void add_lines(sip::Message& message, const std::vector<std::string>& lines);

}  // namespace sipward::pcscf::test
