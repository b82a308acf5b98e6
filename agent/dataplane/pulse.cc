// SPDX-License-Identifier: Apache-2.0
#include "agent/dataplane/pulse.h"

#include <atomic>
#include <chrono>

#include "agent/dataplane/map_names.h"

namespace sipward::dataplane {

static_assert(sizeof(sipward_pulse) % 8 == 0);

sip::Result<Pulse, std::string> Pulse::open(const std::string& pin_path) {
  auto words = Mapped::open(pin_path, kPulse);
  if (!words) return words.error();
  return Pulse{std::move(*words)};
}

void Pulse::beat(sip::Time now) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now.time_since_epoch()).count();
  std::atomic_ref(words().beat_s)
      .store(static_cast<std::uint64_t>(seconds), std::memory_order_relaxed);
}

void Pulse::supersede() { std::atomic_ref(words().superseded).store(1, std::memory_order_release); }

bool Pulse::is_superseded() const {
  return std::atomic_ref(words().superseded).load(std::memory_order_acquire) != 0;
}

}  // namespace sipward::dataplane
