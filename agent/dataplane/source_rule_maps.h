// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "agent/dataplane/source_rules.h"
#include "bpf/abi.h"

namespace sipward::dataplane {

/// Brings the pinned maps source_rules4 and source_rules6 to this state, by differences: what does
/// not change is not touched, and no source is judged in between by anything but its old rule or
/// its new one (where a map has no room for both, gone rules go first). When a map is too small,
/// neither is changed. nullopt: done; else one line for the operator.
std::optional<std::string> write_source_rules(const std::string& pin_path,
                                              const std::vector<SourceRule>& rules);

/// A row of either map as it is in memory: of IPv4, the rest of the octets is zero.
struct SourceRuleKey {
  std::array<std::uint8_t, 16> addr{};
  std::uint32_t length = 0;
  auto operator<=>(const SourceRuleKey&) const = default;
};
using SourceRuleRow = std::pair<SourceRuleKey, sipward_source_rule>;

/// First the puts, then the removals, each in their order.
struct SourceRuleChanges {
  std::vector<SourceRuleRow> put;     ///< longest first: none is in the way of a longer one to come
  std::vector<SourceRuleKey> remove;  ///< shortest first: none lets a shorter one speak that goes
};
[[nodiscard]] SourceRuleChanges find_changes(const std::vector<SourceRuleRow>& there,
                                             const std::vector<SourceRuleRow>& wanted);

}  // namespace sipward::dataplane
