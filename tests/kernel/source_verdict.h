// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "agent/dataplane/source_rules.h"

namespace sipward::test {

inline sip::IpAddress ip(std::string_view text) { return sip::IpAddress::parse(text).value(); }
inline sip::IpPrefix prefix(std::string_view text) { return sip::IpPrefix::parse(text).value(); }

/// Why the source is refused at the slot, as the gate finds it; `passes`.
inline std::string_view reason_in(const sipward_source_rule& rule, std::uint32_t slot) {
  const auto has = [&](std::uint16_t slots) { return (slots >> slot & 1) != 0; };
  std::string_view reason = "passes";
  int reasons = 0;
  const auto name = [&](std::uint16_t slots, std::string_view text) {
    if (!has(slots)) return;
    reason = text;
    ++reasons;
  };
  name(rule.martian, "martian");
  name(rule.own_address, "own_address");
  name(rule.core_peer, "core_peer");
  name(rule.denied, "denied");
  name(rule.not_allowed, "not_allowed");
  name(rule.bogon, "bogon");
  name(rule.reverse_path, "reverse_path");
  return reasons == (has(rule.refused) ? 1 : 0) ? reason : "contradiction";
}

/// As the gate finds it: by the longest prefix; of zeros when there is none.
inline sipward_source_rule find(const std::vector<dataplane::SourceRule>& rules,
                                const sip::IpAddress& source) {
  const dataplane::SourceRule* best = nullptr;
  for (const dataplane::SourceRule& rule : rules) {
    if (!rule.prefix.contains(source)) continue;
    if (best == nullptr || best->prefix.length < rule.prefix.length) best = &rule;
  }
  return best == nullptr ? sipward_source_rule{} : best->rule;
}

}  // namespace sipward::test
