// SPDX-License-Identifier: Apache-2.0
#include "agent/dataplane/source_rules.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "tests/kernel/source_verdict.h"

namespace sipward::test {
namespace {

using dataplane::Link;
using dataplane::NetworkFacts;
using dataplane::ReversePath;
using dataplane::Route;
using dataplane::RouteKind;
using dataplane::SourcePolicy;
using dataplane::SourceRule;

constexpr std::uint32_t kAccess = 3;
constexpr std::uint32_t kCore = 4;

/// A host with one default route to the core, an access network, and a part of it that is not in
/// use.
NetworkFacts some_facts() {
  NetworkFacts facts;
  facts.links = {{.ifindex = kAccess, .name = "access"}, {.ifindex = kCore, .name = "core"}};
  facts.addresses = {ip("10.0.0.1"), ip("127.0.0.1"), ip("2001:db8::1")};
  facts.broadcasts = {ip("10.0.255.255")};
  facts.routes = {{prefix("0.0.0.0/0"), RouteKind::kUnicast, {kCore}},
                  {prefix("10.0.0.0/16"), RouteKind::kUnicast, {kAccess}},
                  {prefix("10.0.9.0/24"), RouteKind::kUnreachable, {}},
                  {prefix("10.5.0.0/16"), RouteKind::kUnicast, {kAccess, kCore}},
                  {prefix("2a00::/16"), RouteKind::kUnicast, {kAccess}}};
  return facts;
}

struct Case {
  const char* source;
  const char* reason;
};

void expect(const SourcePolicy& policy, const std::vector<Case>& cases) {
  const auto rules = dataplane::make_source_rules({policy}, some_facts(), {ip("10.0.8.8")});
  for (const Case& c : cases) {
    EXPECT_EQ(reason_in(find(rules, ip(c.source)), policy.slot), c.reason) << c.source;
  }
}

TEST(SourceRules, WithoutListsWhatNoUeCanHaveIsRefused) {
  expect({.slot = 3, .ifindex = kAccess}, {{"0.1.2.3", "martian"},
                                           {"127.0.0.1", "martian"},
                                           {"224.0.0.1", "martian"},
                                           {"255.255.255.255", "martian"},
                                           {"240.0.0.1", "martian"},
                                           {"10.0.255.255", "martian"},
                                           {"::", "martian"},
                                           {"::1", "martian"},
                                           {"ff02::1", "martian"},
                                           {"10.0.0.1", "own_address"},
                                           {"2001:db8::1", "own_address"},
                                           {"10.0.8.8", "core_peer"},
                                           {"192.0.0.8", "bogon"},
                                           {"192.0.2.1", "bogon"},
                                           {"198.18.0.1", "bogon"},
                                           {"198.19.255.255", "bogon"},
                                           {"198.51.100.7", "bogon"},
                                           {"203.0.113.7", "bogon"},
                                           {"169.254.1.1", "bogon"},
                                           {"192.88.99.1", "bogon"},
                                           {"100::1", "bogon"},
                                           {"2001:db8::2", "bogon"},
                                           {"3fff:fff::1", "bogon"},
                                           {"2001:2:0:1::", "bogon"},
                                           {"2001:1f::1", "bogon"},
                                           {"5f00::1", "bogon"},
                                           {"fe80::1", "bogon"},
                                           {"fec0::1", "bogon"},
                                           {"::10.0.0.9", "bogon"},
                                           {"10.0.0.2", "passes"},
                                           {"172.16.0.1", "passes"},
                                           {"192.168.0.1", "passes"},
                                           {"100.64.0.1", "passes"},
                                           {"9.9.9.9", "passes"},
                                           {"198.20.0.1", "passes"},
                                           {"fd00::1", "passes"},
                                           {"2a00::1", "passes"},
                                           {"64:ff9b::a00:1", "passes"},
                                           {"::1:0:0:1", "passes"},
                                           {"2001:20::1", "passes"}});
}

TEST(SourceRules, Ipv4MappedSourcesAreMartians) {
  const auto rules = dataplane::make_source_rules({{.slot = 0}}, {}, {});
  const auto row = std::ranges::find(rules, prefix("::fffe:0:0/95"), &SourceRule::prefix);
  ASSERT_NE(row, rules.end()) << "the block of ::ffff:0:0/96, which is no IpPrefix";
  EXPECT_EQ(row->rule.martian, 1);
}

TEST(SourceRules, TheLongestOfTheListsSpeaks) {
  expect({.ifindex = kAccess,
          .allow = {prefix("10.0.0.0/8"), prefix("10.7.7.0/24"), prefix("203.0.0.0/16"),
                    prefix("192.0.2.0/24"), prefix("198.51.100.64/26"), prefix("127.0.0.0/8")},
          .deny = {prefix("10.7.0.0/16"), prefix("10.8.0.0/16"), prefix("198.51.100.65/32"),
                   prefix("169.254.0.0/16"), prefix("fd00::/8")}},
         {{"10.1.1.1", "passes"},
          {"10.7.1.1", "denied"},
          {"10.7.7.1", "passes"},
          {"10.8.7.1", "denied"},
          {"203.0.1.1", "passes"},
          {"203.0.113.1", "bogon"},  // a shorter `allow` does not lift it
          {"192.0.2.1", "passes"},   // one as long does
          {"198.51.100.1", "bogon"},
          {"198.51.100.64", "passes"},
          {"198.51.100.65", "denied"},
          {"169.254.1.1", "denied"},
          {"11.1.1.1", "not_allowed"},
          {"127.0.0.1", "martian"},
          {"10.0.0.1", "own_address"},
          {"fd00::1", "denied"},
          {"2a00::1", "passes"}});  // no IPv6 in `allow`
}

TEST(SourceRules, DenyWinsOverTheSameAllow) {
  expect({.allow = {prefix("10.1.0.0/16")}, .deny = {prefix("10.1.0.0/16")}},
         {{"10.1.0.1", "denied"}});
}

TEST(SourceRules, AllowOfEverythingIsAList) {
  expect({.allow = {prefix("0.0.0.0/0")}},
         {{"9.9.9.9", "passes"}, {"192.0.2.1", "bogon"}, {"2a00::1", "passes"}});
}

TEST(SourceRules, BogonsCanBeSwitchedOff) {
  expect({.bogons = false},
         {{"192.0.2.1", "passes"}, {"fe80::1", "passes"}, {"127.0.0.1", "martian"}});
}

TEST(SourceRules, TheWayBackLeavesByTheInterface) {
  expect({.ifindex = kAccess, .reverse_path = ReversePath::kStrict}, {{"10.0.1.1", "passes"},
                                                                      {"10.5.1.1", "passes"},
                                                                      {"10.0.9.1", "reverse_path"},
                                                                      {"9.9.9.9", "reverse_path"},
                                                                      {"192.0.2.1", "bogon"},
                                                                      {"2a00::1", "passes"},
                                                                      {"2a01::1", "reverse_path"}});
}

TEST(SourceRules, LooselyAnyWayBackWillDo) {
  expect({.ifindex = kAccess, .reverse_path = ReversePath::kLoose}, {{"10.0.1.1", "passes"},
                                                                     {"10.0.9.1", "reverse_path"},
                                                                     {"9.9.9.9", "passes"},
                                                                     {"2a00::1", "passes"},
                                                                     {"2a01::1", "reverse_path"}});
}

TEST(SourceRules, MissingRoutesRefuseNobody) {
  NetworkFacts facts = some_facts();
  facts.routes_truncated = true;
  const auto rules = dataplane::make_source_rules(
      {{.ifindex = kAccess, .reverse_path = ReversePath::kStrict}}, facts, {});
  EXPECT_EQ(reason_in(find(rules, ip("9.9.9.9")), 0), "passes");
  EXPECT_EQ(reason_in(find(rules, ip("10.0.0.1")), 0), "own_address");
}

TEST(SourceRules, AllowIsNoWayBack) {
  expect({.ifindex = kAccess, .allow = {prefix("9.0.0.0/8")}, .reverse_path = ReversePath::kStrict},
         {{"9.9.9.9", "reverse_path"}, {"10.0.1.1", "not_allowed"}});
}

TEST(SourceRules, EachSlotHasItsOwn) {
  const auto rules = dataplane::make_source_rules(
      {{.slot = 0, .ifindex = kAccess, .allow = {prefix("10.0.0.0/8")}},
       {.slot = 15, .ifindex = kCore, .deny = {prefix("10.0.0.0/8")}}},
      some_facts(), {});
  const auto rule = find(rules, ip("10.0.3.3"));
  EXPECT_EQ(reason_in(rule, 0), "passes");
  EXPECT_EQ(reason_in(rule, 15), "denied");
  EXPECT_EQ(reason_in(rule, 7), "passes") << "not guarded";
  EXPECT_EQ(reason_in(find(rules, ip("11.0.0.1")), 0), "not_allowed");
  EXPECT_EQ(reason_in(find(rules, ip("127.0.0.1")), 7), "passes");
}

TEST(SourceRules, WithoutPoliciesThereAreNone) {
  EXPECT_TRUE(dataplane::make_source_rules({}, some_facts(), {ip("10.0.8.8")}).empty());
}

TEST(SourceRules, AWayBackByWhatLiesUponTheInterfaceIsOne) {
  const std::vector<Link> links = {{.ifindex = 1, .name = "eth0"},
                                   {.ifindex = 2, .name = "eth0.5", .master = 4, .lower = 1},
                                   {.ifindex = 3, .name = "eth1", .master = 4},
                                   {.ifindex = 4, .name = "br0"},
                                   {.ifindex = 5, .name = "br0.7", .lower = 4},
                                   {.ifindex = 6, .name = "loop", .master = 7, .lower = 7},
                                   {.ifindex = 7, .name = "loop2", .lower = 6}};
  const auto upon = [&](std::uint32_t ifindex) {
    return dataplane::interfaces_upon(ifindex, links);
  };
  EXPECT_EQ(upon(1), (std::vector<std::uint32_t>{1, 2, 4, 5}));
  EXPECT_EQ(upon(3), (std::vector<std::uint32_t>{3, 4, 5}));
  EXPECT_EQ(upon(5), std::vector<std::uint32_t>{5});
  EXPECT_EQ(upon(6), (std::vector<std::uint32_t>{6, 7}));
  EXPECT_EQ(upon(99), std::vector<std::uint32_t>{99});

  NetworkFacts facts;
  facts.links = links;
  facts.routes = {{prefix("10.0.0.0/8"), RouteKind::kUnicast, {5}}};
  const auto rules = dataplane::make_source_rules(
      {{.ifindex = 1, .reverse_path = ReversePath::kStrict}}, facts, {});
  EXPECT_EQ(reason_in(find(rules, ip("10.1.1.1")), 0), "passes");
  EXPECT_EQ(reason_in(find(rules, ip("11.1.1.1")), 0), "reverse_path");
}

TEST(SourceRules, SixtyThousandRoutesAreNoMatter) {
  NetworkFacts facts;
  for (std::uint32_t i = 0; i < 60'000; ++i) {
    const std::array<std::uint8_t, 4> octets = {20, static_cast<std::uint8_t>(i >> 16),
                                                static_cast<std::uint8_t>(i >> 8),
                                                static_cast<std::uint8_t>(i)};
    facts.routes.push_back({.prefix = sip::IpPrefix::of(sip::IpAddress::from_bytes(octets).value()),
                            .interfaces = {i % 2 + 1}});
  }
  const auto rules = dataplane::make_source_rules(
      {{.ifindex = 1, .reverse_path = ReversePath::kStrict}}, facts, {});
  const auto routed = std::ranges::count_if(rules, [](const SourceRule& rule) {
    return rule.prefix.length == 32 && rule.prefix.ip.bytes()[0] == 20;
  });
  EXPECT_EQ(routed, 30'000) << "those that refuse are covered by 0.0.0.0/0, which does";
}

}  // namespace
}  // namespace sipward::test
