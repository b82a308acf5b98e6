// SPDX-License-Identifier: Apache-2.0
#include "agent/ops/event_ledger.h"

#include <utility>

namespace sipward::ops {
namespace {

/// A stranger chooses the texts: 256 entries must not hold 256 of his longest headers.
constexpr std::size_t kMaxText = 256;

void shorten(std::string& text) {
  if (text.size() > kMaxText) text.resize(kMaxText);
}

}  // namespace

void EventLedger::record(ims::Event event, WallTime at) {
  ++counts_.at(static_cast<std::size_t>(event.kind));
  for (std::string* text : {&event.impi, &event.impu, &event.detail}) shorten(*text);
  if (recent_.size() >= kKept) recent_.pop_front();
  recent_.push_back({.sequence = ++last_, .at = at, .event = std::move(event)});
}

}  // namespace sipward::ops
