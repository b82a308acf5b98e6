// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "agent/dataplane/gate_config.h"

namespace sipward {

/// The configuration file as the data plane takes it. nullopt: the file is right and has no [gate].
/// Throws std::runtime_error, a line for each mistake, when it is wrong.
std::optional<dataplane::GateConfig> load_gate_config(const std::string& file);

}  // namespace sipward
