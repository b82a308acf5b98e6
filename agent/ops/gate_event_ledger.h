// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "agent/ims/gate_event.h"
#include "agent/ops/event_ledger.h"

namespace sipward::ops {

/// The last events of the gate, for an operator who asks. Each has a number, so that who asks again
/// gets what is new. One thread.
class GateEventLedger {
 public:
  static constexpr std::size_t kKept = 1'024;
  static constexpr std::size_t kFrame = 160;    ///< octets kept of a frame
  static constexpr std::size_t kOfSource = 10;  ///< answers of `last_of`

  struct Entry {
    std::uint64_t sequence = 0;  ///< from 1, without gaps
    WallTime at;
    ims::GateEvent event;
  };
  using Entries = std::vector<const Entry*>;  ///< oldest first; until the next `record`

  struct Query {
    std::uint64_t after = 0;              ///< sequence; 0: from the oldest that is kept
    std::optional<sip::Endpoint> source;  ///< port 0: of any port
    std::size_t limit = kKept;
  };

  void record(ims::GateEvent event, WallTime at);
  [[nodiscard]] Entries find(const Query& query) const;
  /// The newest of a source. Port 0: of any port.
  [[nodiscard]] Entries last_of(const sip::Endpoint& source) const;

  /// The sequence of the oldest that is kept; of the next one when none is.
  [[nodiscard]] std::uint64_t first() const { return last_ + 1 - entries_.size(); }
  /// The sequence of the newest; 0: there was none.
  [[nodiscard]] std::uint64_t last() const { return last_; }

 private:
  std::deque<Entry> entries_;
  std::uint64_t last_ = 0;
};

}  // namespace sipward::ops
