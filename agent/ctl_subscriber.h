// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>

namespace sipward {

/// Adds `subscriber add|show|list|remove|passwd` to sipwardctl. They work on the SQLite file
/// itself, with or without a running daemon, which sees at once what they write. `store_path` tells
/// the file when a command runs. A failed command throws std::runtime_error with one line.
void add_subscriber_commands(CLI::App& app, std::function<std::string()> store_path);

}  // namespace sipward
