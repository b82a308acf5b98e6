// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/dataplane/finding.h"
#include "agent/dataplane/gate_config.h"
#include "agent/dataplane/interface_facts.h"
#include "agent/dataplane/kernel_facts.h"

namespace sipward::dataplane {

/// What these facts mean for an attach: a pure function.
[[nodiscard]] Findings grade_interface(const InterfaceFacts& facts, const GateConfig& config,
                                       const KernelFacts& kernel);

}  // namespace sipward::dataplane
