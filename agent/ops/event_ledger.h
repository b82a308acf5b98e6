// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <vector>

#include "agent/ims/event.h"

namespace sipward::ops {

using WallTime = std::chrono::system_clock::time_point;

/// Every event is counted; the last ones are kept for an operator who asks. One thread.
class EventLedger {
 public:
  static constexpr std::size_t kKept = 256;

  struct Entry {
    std::uint64_t sequence = 0;  ///< from 1, without gaps
    WallTime at;
    ims::Event event;
  };

  void record(ims::Event event, WallTime at);
  [[nodiscard]] std::uint64_t count(ims::EventKind kind) const {
    return counts_.at(static_cast<std::size_t>(kind));
  }
  /// Oldest first.
  [[nodiscard]] const std::deque<Entry>& recent() const { return recent_; }
  /// The sequence of the oldest that is kept; of the next one when none is.
  [[nodiscard]] std::uint64_t first() const { return last_ + 1 - recent_.size(); }
  /// The sequence of the newest; 0: there was none.
  [[nodiscard]] std::uint64_t last() const { return last_; }

 private:
  std::array<std::uint64_t, ims::kEventKinds> counts_{};
  std::deque<Entry> recent_;
  std::uint64_t last_ = 0;
};

}  // namespace sipward::ops
