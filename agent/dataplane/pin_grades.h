// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/dataplane/finding.h"
#include "agent/dataplane/gate_config.h"

namespace sipward::dataplane {

/// Where the gate would be pinned, who could reach it, and what is left there. Looks, and writes
/// nothing.
[[nodiscard]] Findings grade_pins(const GateConfig& config);

}  // namespace sipward::dataplane
