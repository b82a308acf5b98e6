// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <optional>
#include <string>

#include "agent/pcscf/common.h"
#include "agent/pcscf/grant.h"
#include "agent/pcscf/keep_alive.h"
#include "agent/pcscf/key_rule.h"
#include "agent/pcscf/registrant.h"
#include "agent/pcscf/relay.h"

namespace sipward::pcscf {

/// A REGISTER on its way through the core.
struct PendingRegister {
  Registrant registrant;
  sip::Flow flow;  ///< of the packet: what the row is made from, whatever came later
  std::string sent_by;
  std::string branch;
  bool nat = false;
  bool stranger = false;           ///< came from a source without a row, or with a suspect one
  bool offers_keep_alive = false;  ///< RFC 6223
  std::optional<ims::Anchor> anchor = {};
  std::uint32_t row_id = 0;  ///< what its Path promises
};

/// The REGISTER and the 2xx that it got.
struct Success {
  sip::ContextId id{};
  PendingRegister pending;
  Grant grant;
  sip::Message response;  ///< for the UE, once the kernel has the row
};

/// Whether this REGISTER, once it succeeds, takes the place of a row of the same user elsewhere:
/// the same RFC 5626 flow, or without that the same contact, Call-ID or packet source.
[[nodiscard]] bool supersedes(const Registrant& registrant, const sip::Flow& flow,
                              const FlowBinding& row);

/// Carries what registrations grant into the table and the kernel, one 200 OK after the other.
///
/// Order of every change: rows under other keys are withdrawn, then the new one is installed, then
/// the 200 OK leaves. A moment in which nobody's packets pass is right; one in which they pass as
/// somebody else's is not. What the kernel refuses is answered 503 and no row is made; the
/// registrar keeps its binding until it expires, but requests for it end here with 430.
class RowKeeper {
 public:
  RowKeeper(Common& common, Relay& from_ue) : common_(common), from_ue_(from_ue) {}

  void apply(Success success, Turn& turn);
  void installed(ims::Ticket ticket, bool ok, Turn& turn);
  /// Removes rows that have run out.
  void expire(Turn& turn);
  bool remove(const ims::BindingKey& key, Turn& turn);
  /// Makes the rows of the address suspect, here and in the kernel; with a port, those that were
  /// made from it. How many there are.
  std::size_t release(const sip::IpAddress& ip, std::optional<std::uint16_t> port, Turn& turn);
  [[nodiscard]] std::optional<sip::Time> deadline() const;

 private:
  /// The success being carried out, and the rows that are still to be installed for it: last the
  /// registrant's own, before it perhaps a neighbour's under its new key.
  struct Job {
    Success success;
    std::deque<FlowBinding> rows;
    ims::Ticket ticket{};
  };

  void work(Turn& turn);
  void begin(Success success, Turn& turn);
  void end_unlisted(const Success& success, const ims::BindingKey* except, Turn& turn);
  void withdraw_superseded(const Success& success, const KeyDecision& decision, Turn& turn);
  void advance(Turn& turn);
  void finish(bool ok, Turn& turn);
  void keep(FlowBinding row, bool own, Turn& turn);
  void suspect(const FlowBinding& row, Turn& turn);
  [[nodiscard]] bool is_being_replaced(const ims::BindingKey& key) const;
  [[nodiscard]] KeepAliveTerms keep_alive_terms(const Success& success) const;
  void fail(const FlowBinding& row, bool own, Turn& turn);
  void drop(ims::BindingKey key, ims::EventKind kind, std::string detail, Turn& turn);
  [[nodiscard]] KeyInput key_input(const Success& success) const;
  [[nodiscard]] FlowBinding make_row(const Success& success, const ims::BindingKey& key,
                                     sip::Time now) const;

  Common& common_;
  Relay& from_ue_;
  std::deque<Success> waiting_;
  std::optional<Job> job_;
  std::uint64_t last_ticket_ = 0;
};

}  // namespace sipward::pcscf
