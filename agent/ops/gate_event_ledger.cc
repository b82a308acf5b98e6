// SPDX-License-Identifier: Apache-2.0
#include "agent/ops/gate_event_ledger.h"

#include <algorithm>
#include <utility>

namespace sipward::ops {
namespace {

bool is_from(const ims::GateEvent& event, const sip::Endpoint& source) {
  return event.source.ip == source.ip && (source.port == 0 || event.source.port == source.port);
}

}  // namespace

void GateEventLedger::record(ims::GateEvent event, WallTime at) {
  if (event.frame.size() > kFrame) event.frame.resize(kFrame);
  if (entries_.size() >= kKept) entries_.pop_front();
  entries_.push_back({.sequence = ++last_, .at = at, .event = std::move(event)});
}

GateEventLedger::Entries GateEventLedger::find(const Query& query) const {
  Entries found;
  for (const Entry& entry : entries_) {
    if (found.size() >= query.limit) break;
    if (entry.sequence <= query.after) continue;
    if (!query.source || is_from(entry.event, *query.source)) found.push_back(&entry);
  }
  return found;
}

GateEventLedger::Entries GateEventLedger::last_of(const sip::Endpoint& source) const {
  Entries found;
  for (auto entry = entries_.rbegin(); entry != entries_.rend(); ++entry) {
    if (found.size() >= kOfSource) break;
    if (is_from(entry->event, source)) found.push_back(&*entry);
  }
  std::ranges::reverse(found);
  return found;
}

}  // namespace sipward::ops
