// SPDX-License-Identifier: Apache-2.0
#include "agent/scscf/pending.h"

#include <utility>

namespace sipward::scscf {

std::optional<ims::Ticket> PendingLookups::put(Pending& pending) {
  if (pending_.size() >= capacity_) return std::nullopt;
  const ims::Ticket ticket{++last_ticket_};
  by_context_[pending.work.id] = ticket;
  pending_.emplace(ticket, std::move(pending));
  return ticket;
}

std::optional<PendingLookups::Pending> PendingLookups::take(ims::Ticket ticket) {
  auto row = pending_.extract(ticket);
  if (row.empty()) return std::nullopt;
  by_context_.erase(row.mapped().work.id);
  return std::move(row.mapped());
}

void PendingLookups::forget(sip::ContextId id) {
  const auto it = by_context_.find(id);
  if (it == by_context_.end()) return;
  pending_.erase(it->second);
  by_context_.erase(it);
}

}  // namespace sipward::scscf
