// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string_view>

#include "agent/dataplane/source_rules.h"
#include "agent/dataplane/special_prefixes.h"
#include "tests/kernel/source_verdict.h"

namespace sipward::test {
namespace {

using dataplane::NetworkFacts;
using dataplane::ReversePath;
using dataplane::Route;
using dataplane::RouteKind;
using dataplane::SourcePolicy;
using dataplane::SourceRule;

// ---- against the rules as they are written in the header, one source at a time ----

const sip::IpPrefix* longest(const std::vector<sip::IpPrefix>& prefixes,
                             const sip::IpAddress& source) {
  const sip::IpPrefix* best = nullptr;
  for (const sip::IpPrefix& one : prefixes) {
    if (one.contains(source) && (best == nullptr || best->length < one.length)) best = &one;
  }
  return best;
}

int length_of(const sip::IpPrefix* found) { return found == nullptr ? -1 : found->length; }

bool has_way_back(const SourcePolicy& policy, const NetworkFacts& facts,
                  const sip::IpAddress& source) {
  const Route* best = nullptr;
  for (const Route& route : facts.routes) {
    if (!route.prefix.contains(source)) continue;
    if (best == nullptr || best->prefix.length < route.prefix.length) best = &route;
  }
  if (best == nullptr || best->kind != RouteKind::kUnicast) return false;
  return policy.reverse_path == ReversePath::kLoose ||
         std::ranges::find(best->interfaces, policy.ifindex) != best->interfaces.end();
}

/// Of the lists: `denied`, `bogon`, `not_allowed`, `passes`.
std::string_view reason_of_lists(const SourcePolicy& policy, const sip::IpAddress& source) {
  const int allow = length_of(longest(policy.allow, source));
  const int deny = length_of(longest(policy.deny, source));
  const int bogon = policy.bogons ? length_of(longest(dataplane::bogons(), source)) : -1;
  if (deny >= 0 && deny >= allow && deny >= bogon) return "denied";
  if (bogon > allow && bogon > deny) return "bogon";
  const bool listed = std::ranges::any_of(
      policy.allow, [&](const sip::IpPrefix& one) { return one.ip.is_v4() == source.is_v4(); });
  return listed && allow < 0 ? "not_allowed" : "passes";
}

struct World {
  NetworkFacts facts;
  std::vector<SourcePolicy> policies;
  std::vector<sip::IpAddress> peers;
};

std::string_view naive_reason(const World& world, const SourcePolicy& policy,
                              const sip::IpAddress& source) {
  const auto among = [&](const std::vector<sip::IpAddress>& addresses) {
    return std::ranges::find(addresses, source) != addresses.end();
  };
  if (longest(dataplane::martians(), source) != nullptr || among(world.facts.broadcasts)) {
    return "martian";
  }
  if (among(world.facts.addresses)) return "own_address";
  if (among(world.peers)) return "core_peer";
  const std::string_view reason = reason_of_lists(policy, source);
  if (reason != "passes" || policy.reverse_path == ReversePath::kOff) return reason;
  return has_way_back(policy, world.facts, source) ? "passes" : "reverse_path";
}

/// Random prefixes near each other and near the built-in ones, so that they nest and collide.
class Random {
 public:
  explicit Random(unsigned seed) : random_(seed) {}

  unsigned below(unsigned limit) { return static_cast<unsigned>(random_() % limit); }

  sip::IpAddress address() {
    static const std::vector<sip::IpPrefix> anchors = [] {
      std::vector<sip::IpPrefix> all = dataplane::bogons();
      all.insert(all.end(), dataplane::martians().begin(), dataplane::martians().end());
      for (const char* text : {"10.0.0.0/8", "10.1.0.0/16", "2a00::/16", "2a00:1::/32", "::/0"}) {
        all.push_back(prefix(text));
      }
      return all;
    }();
    const sip::IpPrefix& near = anchors[below(static_cast<unsigned>(anchors.size()))];
    std::vector<std::uint8_t> octets(near.ip.bytes().begin(), near.ip.bytes().end());
    for (unsigned n = below(4); n > 0; --n) {
      octets[below(static_cast<unsigned>(octets.size()))] ^=
          static_cast<std::uint8_t>(1U << below(8));
    }
    return sip::IpAddress::from_bytes(octets).value();
  }

  sip::IpPrefix prefix_near() {
    const sip::IpAddress near = address();
    const unsigned bits = near.is_v4() ? 32 : 128;
    const unsigned length = below(8) == 0 ? below(3) : below(bits + 1);
    std::vector<std::uint8_t> octets(near.bytes().begin(), near.bytes().end());
    for (unsigned i = length; i < bits; ++i) {
      octets[i / 8] &= static_cast<std::uint8_t>(~(0x80U >> i % 8));
    }
    const auto base = sip::IpAddress::from_bytes(octets).value();
    if (base.is_v4() != near.is_v4()) return sip::IpPrefix::of(base);  // was IPv4-mapped
    return {.ip = base, .length = static_cast<std::uint8_t>(length)};
  }

  std::vector<sip::IpPrefix> prefixes(unsigned most) {
    std::vector<sip::IpPrefix> made(below(most + 1));
    for (sip::IpPrefix& one : made) one = prefix_near();
    return made;
  }

  std::vector<sip::IpAddress> addresses(unsigned most) {
    std::vector<sip::IpAddress> made(below(most + 1));
    for (sip::IpAddress& one : made) one = address();
    return made;
  }

  World world() {
    World world;
    world.peers = addresses(3);
    world.facts.addresses = addresses(3);
    world.facts.broadcasts = addresses(2);
    std::vector<sip::IpPrefix> routed = prefixes(12);
    std::ranges::sort(routed);
    routed.erase(std::ranges::unique(routed).begin(), routed.end());
    for (const sip::IpPrefix& one : routed) {
      Route route{.prefix = one};
      if (below(4) == 0)
        route.kind = RouteKind::kUnreachable;
      else
        route.interfaces = {1 + below(3), 4 + below(2)};
      world.facts.routes.push_back(route);
    }
    for (unsigned slot = 0; slot < SIPWARD_MAX_INTERFACES; slot += 1 + below(6)) {
      world.policies.push_back({.slot = slot,
                                .ifindex = 1 + below(5),
                                .allow = prefixes(3),
                                .deny = prefixes(3),
                                .bogons = below(3) > 0,
                                .reverse_path = static_cast<ReversePath>(below(3))});
    }
    return world;
  }

 private:
  std::mt19937 random_;
};

void check_rows(const std::vector<SourceRule>& rules) {
  for (std::size_t i = 1; i < rules.size(); ++i) {
    const sip::IpPrefix& before = rules[i - 1].prefix;
    const sip::IpPrefix& one = rules[i].prefix;
    EXPECT_TRUE(before.ip.is_v4() == one.ip.is_v4() ? before < one : before.ip.is_v4())
        << before.text() << " is before " << one.text();
  }
}

TEST(SourceRules, RowsSayWhatTheRulesSay) {
  for (unsigned seed = 1; seed <= 300; ++seed) {
    Random random(seed);
    const World world = random.world();
    const auto rules = dataplane::make_source_rules(world.policies, world.facts, world.peers);
    check_rows(rules);
    for (int i = 0; i < 60; ++i) {
      const sip::IpAddress source = random.address();
      const sipward_source_rule rule = find(rules, source);
      for (const SourcePolicy& policy : world.policies) {
        ASSERT_EQ(reason_in(rule, policy.slot), naive_reason(world, policy, source))
            << source.text() << " at slot " << policy.slot << ", seed " << seed;
      }
    }
  }
}

}  // namespace
}  // namespace sipward::test
