// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <net/if.h>

#include <algorithm>

#include "agent/dataplane/attachment.h"
#include "agent/dataplane/clear_blocks.h"
#include "agent/dataplane/gate.h"
#include "agent/dataplane/netlink.h"
#include "agent/dataplane/slots.h"
#include "agent/dataplane/source_rules.h"

namespace sipward::dataplane {

namespace {

std::vector<SourcePolicy> policies_of(const GateConfig& config, const Slots& slots) {
  std::vector<SourcePolicy> policies;
  for (std::uint32_t slot = 0; slot < slots.size(); ++slot) {
    const std::string& name = slots[slot].name;
    if (std::ranges::find(config.interfaces, name) == config.interfaces.end()) continue;
    const InterfacePolicy& policy = config.policy_of(name);
    policies.push_back({.slot = slot,
                        .ifindex = ::if_nametoindex(name.c_str()),
                        .allow = policy.allow,
                        .deny = policy.deny,
                        .bogons = policy.bogons,
                        .reverse_path = policy.reverse_path});
  }
  return policies;
}

bool uses_routes(const std::vector<SourcePolicy>& policies) {
  return std::ranges::any_of(policies, [](const SourcePolicy& policy) {
    return policy.reverse_path != ReversePath::kOff;
  });
}

std::vector<std::string> doubts_about(const NetworkFacts& facts) {
  std::vector<std::string> doubts;
  if (facts.routes_truncated) {
    doubts.push_back(
        fmt::format("the kernel has more than {} routes of a family: reverse_path refuses nobody",
                    SIPWARD_MAX_SOURCE_RULES));
  }
  if (facts.other_tables) {
    doubts.push_back(
        "policy rules choose among routing tables, of which reverse_path knows local, main and "
        "default: sources that are routed otherwise need `allow` and reverse_path = \"off\"");
  }
  return doubts;
}

}  // namespace

sip::Result<std::vector<std::string>, std::string> write_rules_of(const GateConfig& config,
                                                                  const Slots& slots,
                                                                  const std::string& maps) {
  const auto facts = read_network();
  if (!facts) return facts.error();
  const auto policies = policies_of(config, slots);
  const auto rules = make_source_rules(policies, *facts, config.core_peers);
  if (auto error = write_sources(maps, rules)) return *std::move(error);
  return uses_routes(policies) ? doubts_about(*facts) : std::vector<std::string>{};
}

sip::Result<Report, std::string> follow_network(const GateConfig& config) {
  const auto slots = read_slots(config.pin_path);
  if (!slots) return slots.error();
  auto doubts = write_rules_of(config, *slots, config.pin_path);
  if (!doubts) return doubts.error();
  return Report{.warnings = std::move(*doubts)};
}

}  // namespace sipward::dataplane
