// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/ops/config.h"
#include "agent/ops/config_reader.h"

namespace sipward::ops {

/// Every section of the file by itself: types, ranges, spelling, what is required.
[[nodiscard]] Config read_sections(const toml::table& root, ConfigProblems& problems);

/// [gate], with its tables for single interfaces.
void read_gate(Section& section, GateConfig& gate);

/// What the sections say together: roles and what they need of each other, addresses used twice.
void check_together(const Config& config, ConfigProblems& problems);

}  // namespace sipward::ops
