// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>
#include <string>

/// What sipwardctl shows people of the daemon's answers. What strangers chose is escaped: it cannot
/// drive the terminal.
namespace sipward::ops {

[[nodiscard]] std::string show_status(const nlohmann::json& status);
/// `bindings`: the array of bindings.list.
[[nodiscard]] std::string show_bindings(const nlohmann::json& bindings);
[[nodiscard]] std::string show_explanation(const nlohmann::json& lookup);
/// Counters that are zero are left out.
[[nodiscard]] std::string show_counters(const nlohmann::json& counters);
[[nodiscard]] std::string show_registrations(const nlohmann::json& registrations);

}  // namespace sipward::ops
