// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <nlohmann/json.hpp>
#include <string_view>

namespace sipward {

/// Asks the daemon: method and parameters to the result. Throws std::runtime_error with one line.
using AskDaemon = std::function<nlohmann::json(std::string_view, const nlohmann::json&)>;

/// Adds `events` to sipwardctl: what daemon and gate decided, as lines, JSON or pcap, once or until
/// Ctrl-C. A failed command throws std::runtime_error with one line.
void add_events_command(CLI::App& app, AskDaemon ask);

}  // namespace sipward
