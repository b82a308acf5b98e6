// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "agent/dataplane/descriptor.h"
#include "agent/ims/gate_event.h"
#include "sip/result.h"

namespace sipward::dataplane {

/// The gate's events: the pinned ring buffer `events`. A ring has one reader, or each misses what
/// the other takes. Needs no capability, only to read and write the pinned file: a reader writes
/// how far it is. One thread.
class EventRing {
 public:
  using Callback = std::function<void(ims::GateEvent event)>;

  /// What is wrong, and what to do about it, in one line.
  static sip::Result<EventRing, std::string> open(const std::string& pin_path);
  ~EventRing();
  EventRing(EventRing&& other) noexcept;
  EventRing& operator=(EventRing&& other) noexcept;

  /// Readable when there is something to take.
  [[nodiscard]] int descriptor() const;
  /// Takes what is there, oldest first, at most `limit` records; how many it took.
  std::size_t consume(const Callback& callback, std::size_t limit);

  /// Events that the gate could not put in, since the maps were made: the ring was full.
  [[nodiscard]] std::uint64_t lost() const;
  /// Records that were taken and were no events.
  [[nodiscard]] std::uint64_t skipped() const;

 private:
  struct State;
  EventRing(std::unique_ptr<State> state, Descriptor pulse);

  std::unique_ptr<State> state_;  ///< at a fixed place: libbpf keeps its address
  Descriptor pulse_;
};

}  // namespace sipward::dataplane
