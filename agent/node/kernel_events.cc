// SPDX-License-Identifier: Apache-2.0
#include "agent/node/kernel_events.h"

#include <array>
#include <chrono>
#include <utility>

#include "agent/dataplane/event_ring.h"
#include "agent/dataplane/slots.h"

namespace sipward::node {
namespace {

/// Names of interfaces by slot. A slot keeps its interface for long, so the map is seldom read.
class SlotNames {
 public:
  explicit SlotNames(std::string pin_path) : pin_path_(std::move(pin_path)) {}

  std::string find(std::uint8_t slot) {
    const sip::Time now = std::chrono::steady_clock::now();
    if (now >= next_look_) {
      next_look_ = now + kBetweenLooks;
      if (auto slots = dataplane::read_slots(pin_path_)) slots_ = std::move(*slots);
    }
    return slot < slots_.size() ? slots_[slot].name : std::string();
  }

 private:
  static constexpr sip::Duration kBetweenLooks = std::chrono::seconds(1);

  std::string pin_path_;
  dataplane::Slots slots_;
  sip::Time next_look_;
};

class KernelEvents final : public GateEventSource {
 public:
  KernelEvents(dataplane::EventRing ring, std::string pin_path)
      : ring_(std::move(ring)), names_(std::move(pin_path)) {}

  int descriptor() const override { return ring_.descriptor(); }
  void consume(const Callback& callback, std::size_t limit) override {
    ring_.consume(callback, limit);
  }
  std::uint64_t lost() const override { return ring_.lost(); }
  std::uint64_t skipped() const override { return ring_.skipped(); }
  std::string interface_name(std::uint8_t slot) override { return names_.find(slot); }

 private:
  dataplane::EventRing ring_;
  SlotNames names_;
};

}  // namespace

std::unique_ptr<GateEventSource> open_gate_events(const ops::Config& config, ops::Log& log) {
  if (!config.gate) return nullptr;
  auto ring = dataplane::EventRing::open(config.gate->pin_path);
  if (!ring) {
    log.say(ops::LogLevel::kWarning, "no events of the gate: " + ring.error());
    return nullptr;
  }
  return std::make_unique<KernelEvents>(std::move(*ring), config.gate->pin_path);
}

}  // namespace sipward::node
