// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace sipward::ops {

/// What a service tells systemd (sd_notify(3)); nothing happens when nobody listens.
void notify_ready(const std::string& status);
void notify_status(const std::string& status);
void notify_stopping();
void notify_watchdog();
/// How often `notify_watchdog` is due: half of what the unit's WatchdogSec allows. nullopt when the
/// unit has none.
[[nodiscard]] std::optional<std::chrono::microseconds> watchdog_interval();

}  // namespace sipward::ops
