// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/dataplane/finding.h"
#include "agent/dataplane/gate_config.h"

namespace sipward::dataplane {

/// What would stop `attach`, and what would make the gate work less well than it might, each with
/// its remedy; and what is right. Obstacles first, then advice. Changes nothing: programs are
/// loaded for a try and dropped, none is attached. Without privileges it says what it could not
/// see.
[[nodiscard]] Findings preflight(const GateConfig& config);
[[nodiscard]] bool has_obstacle(const Findings& findings);

}  // namespace sipward::dataplane
