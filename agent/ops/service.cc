// SPDX-License-Identifier: Apache-2.0
#include "agent/ops/service.h"

#include <systemd/sd-daemon.h>

#include <cstdint>

namespace sipward::ops {

void notify_ready(const std::string& status) {
  sd_notify(0, ("READY=1\nSTATUS=" + status).c_str());
}

void notify_status(const std::string& status) { sd_notify(0, ("STATUS=" + status).c_str()); }

void notify_stopping() { sd_notify(0, "STOPPING=1"); }

void notify_watchdog() { sd_notify(0, "WATCHDOG=1"); }

std::optional<std::chrono::microseconds> watchdog_interval() {
  std::uint64_t microseconds = 0;
  if (sd_watchdog_enabled(0, &microseconds) <= 0 || microseconds < 2) return std::nullopt;
  return std::chrono::microseconds(microseconds / 2);
}

}  // namespace sipward::ops
