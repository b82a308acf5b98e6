// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>
#include <string>

/// Events as lines for a terminal. What strangers chose is escaped: it cannot drive it.
namespace sipward::ops {

[[nodiscard]] std::string event_heading();
/// One line of EventFeed, of the daemon or of the gate.
[[nodiscard]] std::string event_line(const nlohmann::json& event);
/// The daemon's decisions about one source: the array of bindings.lookup.
[[nodiscard]] std::string show_decisions(const nlohmann::json& events);
/// The gate's verdicts on one source: the array of bindings.lookup.
[[nodiscard]] std::string show_verdicts(const nlohmann::json& events);

}  // namespace sipward::ops
