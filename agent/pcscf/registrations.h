// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <set>
#include <string>
#include <unordered_map>

#include "agent/pcscf/row_keeper.h"
#include "agent/pcscf/source.h"

namespace sipward::pcscf {

/// REGISTER and its answers (TS 24.229 5.2.2). A request changes nothing but a count: only a 2xx
/// reaches the table, and it does so with what the request's packet and credentials said.
class Registrations {
 public:
  Registrations(Common& common, Relay& from_ue, RowKeeper& rows)
      : common_(common), from_ue_(from_ue), rows_(rows) {}

  void request(sip::ProxyRequest arrived, const Source& source, Turn& turn);
  [[nodiscard]] bool owns(sip::ContextId id) const { return pending_.contains(id); }
  void response(sip::ProxyResponse arrived, Turn& turn);
  void done(sip::ContextId id);

 private:
  /// Why a REGISTER is not relayed; `event` only where it is a security decision.
  struct Denial {
    Refusal refusal;
    std::optional<ims::EventKind> event = {};
  };
  [[nodiscard]] PendingRegister make_pending(const sip::ProxyRequest& arrived,
                                             Registrant registrant, const Source& source);
  [[nodiscard]] std::optional<Denial> admit(const PendingRegister& pending,
                                            const FlowBinding* row) const;
  [[nodiscard]] std::optional<Denial> check_room(const PendingRegister& pending,
                                                 const FlowBinding* row) const;
  [[nodiscard]] std::optional<Denial> check_address(const PendingRegister& pending) const;
  struct Applicant {
    bool stranger = false;
    std::string impi = {};
  };
  void deny(const sip::ProxyRequest& arrived, const Denial& denial, const Applicant& applicant,
            Turn& turn);
  void rewrite(sip::Message& request, const PendingRegister& pending, const FlowBinding* row,
               Turn& turn);

  Common& common_;
  Relay& from_ue_;
  RowKeeper& rows_;
  std::unordered_map<sip::ContextId, PendingRegister> pending_;
  /// Call-ID, CSeq and branch of the pending ones: who comes twice by two ways is known by them.
  std::set<std::string> in_flight_;
  std::size_t strangers_ = 0;
};

}  // namespace sipward::pcscf
