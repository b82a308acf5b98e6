// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/dataplane/source_rules.h"
#include "bpf/abi.h"

namespace sipward::dataplane {

/// The words of the map clear_blocks: what of the address space no rule refuses, so that the gate
/// need not look.
using ClearBlocks = std::vector<std::uint64_t>;
inline constexpr std::size_t kClearBlockWords =
    std::size_t{SIPWARD_MAX_INTERFACES} * 2 * SIPWARD_BLOCK_WORDS;

[[nodiscard]] ClearBlocks make_clear_blocks(const std::vector<SourceRule>& rules);

/// Brings rules and blocks to this state. A block is clear only while both the old rules and the
/// new ones say so. nullopt: done; else one line for the operator.
std::optional<std::string> write_sources(const std::string& pin_path,
                                         const std::vector<SourceRule>& rules);

}  // namespace sipward::dataplane
