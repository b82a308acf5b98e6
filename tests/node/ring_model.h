// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <string>

#include "agent/net/fd.h"
#include "agent/node/gate_events.h"

namespace sipward::node {

/// What the kernel's ring does, without a kernel: readable as long as there is something in it.
class RingModel final : public GateEventSource {
 public:
  static constexpr std::uint8_t kSlot = 2;

  RingModel();

  void put(ims::GateEvent event);

  [[nodiscard]] int descriptor() const override { return readable_.get(); }
  void consume(const Callback& callback, std::size_t limit) override;
  [[nodiscard]] std::uint64_t lost() const override { return lost_events; }
  [[nodiscard]] std::uint64_t skipped() const override { return 0; }
  [[nodiscard]] std::string interface_name(std::uint8_t slot) override {
    return slot == kSlot ? "eth1" : "";
  }

  std::uint64_t lost_events = 0;
  std::size_t largest_limit = 0;  ///< that somebody asked for

 private:
  std::deque<ims::GateEvent> events_;
  net::Fd readable_;  ///< counts the events
};

}  // namespace sipward::node
