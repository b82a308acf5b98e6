// SPDX-License-Identifier: Apache-2.0
#include "agent/ops/event_feed.h"

#include <algorithm>

#include "agent/ops/json_cells.h"

namespace sipward::ops {
namespace {

using Json = nlohmann::json;

std::uint64_t count(const Json& from, const char* name) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(number(from, name), 0));
}

}  // namespace

std::string_view EventFeed::method(Where where) {
  return where == Where::kGate ? "gate.events" : "events.recent";
}

Json EventFeed::params(Where where) const {
  Json params{{"after", positions_[static_cast<std::size_t>(where)].after}};
  if (where == Where::kGate && frames_) params["frames"] = true;
  return params;
}

bool EventFeed::take(Where where, const Json& answer) {
  Position& position = at(where);
  const std::string run = cell(answer, "run");
  if (position.started && run != position.run) {  // this was the answer to another list's `after`
    position.run = run;
    position.after = 0;
    return true;
  }
  const std::uint64_t first = count(answer, "first");
  if (position.started && first > position.after + 1)
    position.missing += first - position.after - 1;
  const std::uint64_t ring_lost = count(answer, "lost");
  position.missing += ring_lost - std::min(position.ring_lost, ring_lost);
  position.ring_lost = ring_lost;
  position.run = run;
  position.started = true;
  const std::size_t before = pending_.size();
  Json events = array(answer, "events");
  for (Json& event : events) {
    const std::uint64_t sequence = count(event, "sequence");
    if (sequence <= position.after) continue;
    position.after = sequence;
    event["where"] = where == Where::kGate ? "gate" : "daemon";
    pending_.push_back(std::move(event));
  }
  return is_true(answer, "more") && pending_.size() > before;
}

std::vector<Json> EventFeed::drain() {
  std::ranges::stable_sort(pending_, {},
                           [](const Json& event) { return number(event, "unix_ns"); });
  return std::exchange(pending_, {});
}

std::uint64_t EventFeed::drain_missing(Where where) { return std::exchange(at(where).missing, 0); }

}  // namespace sipward::ops
