// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "agent/dataplane/gate_config.h"

namespace sipward {

/// `sipward-gate check`: prints what would stop an attach, then advice, then what is right.
/// `load` gives the configuration; what it throws, one line for each mistake, is an obstacle too.
/// Returns the exit code: 0, or kObstacleFound.
int run_check(const std::function<dataplane::GateConfig()>& load, bool json);

inline constexpr int kObstacleFound = 4;

}  // namespace sipward
