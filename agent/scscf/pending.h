// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <unordered_map>

#include "agent/ims/actions.h"
#include "agent/scscf/procedure.h"

namespace sipward::scscf {

/// Requests that wait for a subscriber to be looked up: one look-up at a time for each. The proxy
/// ends a request that waits too long, and with it the wait.
class PendingLookups {
 public:
  explicit PendingLookups(std::size_t capacity) : capacity_(capacity) {}

  struct Pending {
    Work work;
    Ask::Procedure procedure{};
  };
  /// nullopt: there is no room, `pending` is untouched.
  std::optional<ims::Ticket> put(Pending& pending);
  /// nullopt for a ticket that is not, or no longer, waited for.
  std::optional<Pending> take(ims::Ticket ticket);
  /// The request is over.
  void forget(sip::ContextId id);

  [[nodiscard]] std::size_t size() const { return pending_.size(); }

 private:
  std::size_t capacity_;
  std::uint64_t last_ticket_ = 0;
  std::map<ims::Ticket, Pending> pending_;
  std::unordered_map<sip::ContextId, ims::Ticket> by_context_;
};

}  // namespace sipward::scscf
