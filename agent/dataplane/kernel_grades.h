// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "agent/dataplane/finding.h"
#include "agent/dataplane/gate_config.h"
#include "agent/dataplane/kernel_facts.h"

namespace sipward::dataplane {

/// What these facts mean for an attach: a pure function.
[[nodiscard]] Findings grade_kernel(const KernelFacts& facts, const GateConfig& config);
/// Room for the maps against what is free. For a first attach: maps that are there stay.
[[nodiscard]] Finding grade_memory(std::uint64_t available, std::uint32_t max_bindings);
/// Octets that the kernel takes for maps of so many rows, roughly, when all are in use.
[[nodiscard]] std::uint64_t estimate_maps(std::uint32_t max_bindings);

}  // namespace sipward::dataplane
