// SPDX-License-Identifier: Apache-2.0
// Sources that cannot be true, by the rules of user space: judged before anything else.
#include <gtest/gtest.h>
#include <linux/bpf.h>

#include "tests/kernel/expectations.h"
#include "tests/kernel/lab.h"

namespace sipward::test {
namespace {

using dataplane::Mode;

constexpr std::string_view kRegister = "REGISTER sip:home1.example SIP/2.0\r\n";
constexpr std::string_view kMessage = "MESSAGE sip:bob@home1.example SIP/2.0\r\n";
constexpr auto kHere = static_cast<__u16>(1U << kSlot);
constexpr auto kElsewhere = static_cast<__u16>(0xffff & ~kHere);

using Member = __u16 sipward_source_rule::*;

/// A rule for the slots, for this reason.
sipward_source_rule because(Member member, __u16 slots = kHere) {
  sipward_source_rule rule{};
  rule.refused = slots;
  rule.*member = slots;
  return rule;
}
constexpr sipward_source_rule kNoRule{};

void set_rule(GateUnderTest& gate, std::string_view address, std::uint32_t length,
              const sipward_source_rule& rule) {
  const auto ip = sip::IpAddress::parse(address).value();
  if (ip.is_v4()) {
    sipward_prefix4 prefix{.length = length, .addr = {}};
    std::ranges::copy(ip.bytes(), prefix.addr);
    write_element(gate.map("source_rules4"), prefix, rule);
  } else {
    sipward_prefix6 prefix{.length = length, .addr = {}};
    std::ranges::copy(ip.bytes(), prefix.addr);
    write_element(gate.map("source_rules6"), prefix, rule);
  }
}

TEST(Spoofed, EachRuleHasItsOwnReason) {
  struct Row {
    const char* counted;
    Member member;
  };
  const Row rows[] = {
      {"martian", &sipward_source_rule::martian},
      {"own_address", &sipward_source_rule::own_address},
      {"core_peer", &sipward_source_rule::core_peer},
      {"source_denied", &sipward_source_rule::denied},
      {"source_not_allowed", &sipward_source_rule::not_allowed},
      {"bogon", &sipward_source_rule::bogon},
      {"reverse_path", &sipward_source_rule::reverse_path},
  };
  for (const Mode mode : kBothModes) {
    auto config = test_config();
    config.mode = mode;
    GateUnderTest gate(config);
    for (const Row& one : rows) {
      set_rule(gate, "203.0.113.0", 24, because(one.member));
      set_rule(gate, "2001:db8:7::", 48, because(one.member));
      expect_all(gate,
                 {{one.counted, from_ue4(kRegister), one.counted},
                  {std::string(one.counted) + ", IPv6", from_ue6(kRegister), one.counted}},
                 mode);
      set_rule(gate, "203.0.113.0", 24, because(one.member, kElsewhere));
      set_rule(gate, "2001:db8:7::", 48, because(one.member, kElsewhere));
      expect_all(gate,
                 {{"of other interfaces", from_ue4(kRegister), "register_admitted"},
                  {"of other interfaces, IPv6", from_ue6(kRegister), "register_admitted"}},
                 mode);
    }
  }
}

TEST(Spoofed, OfSeveralReasonsTheFirstIsTold) {
  GateUnderTest gate(test_config());
  sipward_source_rule rule{};
  rule.refused = kHere;
  rule.bogon = rule.reverse_path = rule.denied = kHere;
  rule.martian = kElsewhere;
  set_rule(gate, "203.0.113.0", 24, rule);
  expect_all(gate, {{"denied", from_ue4(kRegister), "source_denied"}});
}

TEST(Spoofed, TheLongestPrefixDecides) {
  GateUnderTest gate(test_config());
  set_rule(gate, "0.0.0.0", 0, because(&sipward_source_rule::not_allowed));
  set_rule(gate, "203.0.113.0", 24, kNoRule);
  set_rule(gate, "203.0.113.128", 25, because(&sipward_source_rule::bogon));
  set_rule(gate, "203.0.113.200", 32, kNoRule);
  set_rule(gate, "::", 0, because(&sipward_source_rule::not_allowed));
  set_rule(gate, "2001:db8::", 32, kNoRule);
  set_rule(gate, "2001:db8:7::7", 128, because(&sipward_source_rule::denied));
  const auto from = [](std::string_view source) { return from_ue4(kRegister).ip(source, kGate4); };
  const auto from6 = [](std::string_view source) { return from_ue6(kRegister).ip(source, kGate6); };
  expect_all(gate, {{"default", from("192.0.2.1"), "source_not_allowed"},
                    {"/24", from("203.0.113.127"), "register_admitted"},
                    {"/25", from("203.0.113.128"), "bogon"},
                    {"/32", from("203.0.113.200"), "register_admitted"},
                    {"IPv6 default", from6("2001:db9::1"), "source_not_allowed"},
                    {"IPv6 /32", from6("2001:db8:7::8"), "register_admitted"},
                    {"IPv6 /128", from6(kUe6), "source_denied"}});
}

TEST(Spoofed, IsJudgedBeforeRowsRegistersAndFaults) {
  for (const auto fragments :
       {dataplane::Fragments::kSource, dataplane::Fragments::kTrack, dataplane::Fragments::kDrop}) {
    auto config = test_config();
    config.fragments = fragments;
    config.emergency = true;
    config.listeners.push_back(
        {.local = config.listeners[0].local, .transport = sip::Transport::kTcp});
    GateUnderTest gate(config);
    install(gate, {row({}), row({.port = 0}), row({.ip = kUe6})});
    set_rule(gate, "203.0.113.7", 32, because(&sipward_source_rule::denied));
    set_rule(gate, "2001:db8:7::7", 128, because(&sipward_source_rule::denied));
    const char* denied = "source_denied";
    expect_all(
        gate,
        {{"bound", from_ue4(kMessage), denied},
         {"bound, IPv6", from_ue6(kMessage), denied},
         {"emergency", from_ue4("INVITE urn:service:sos SIP/2.0\r\n"), denied},
         {"keep-alive", from_ue4("\r\n"), denied},
         {"SYN", tcp_from_ue4(kSyn), denied},
         {"segment", tcp_from_ue4(kAck), denied},
         {"first fragment", from_ue4(kMessage).fragment(0, true).claim_udp_length(1'400), denied},
         {"later fragment", from_ue4("x").fragment(1'480, false).without_udp_header(), denied},
         {"later fragment, IPv6", from_ue6("x").fragment(1'480, false).without_udp_header(),
          denied},
         {"header too short", from_ue4(kMessage).claim_ihl(4), denied},
         {"UDP length", from_ue4(kMessage).claim_udp_length(9), denied},
         {"doff", tcp_from_ue4(kSyn).claim_doff(1), denied},
         {"port 0", from_ue4(kMessage).udp(0, kSip), denied},
         {"three VLAN tags", from_ue4(kMessage).vlan(1).vlan(2).vlan(3), denied},
         {"IPv6 length", from_ue6(kMessage).claim_ip_length(1'000), denied}});
  }
}

TEST(Spoofed, WritesNeitherASeatNorABudget) {
  auto config = test_config();
  config.register_budget = {.per_source = 1, .total = 1};
  GateUnderTest gate(config);
  set_rule(gate, "203.0.113.7", 32, because(&sipward_source_rule::core_peer));
  for (int i = 0; i < 10; ++i) expect_counted(gate, from_ue4(kRegister), "core_peer");
  EXPECT_EQ(gate.pulse().words().next_seat, 0U);
  set_rule(gate, "203.0.113.7", 32, kNoRule);
  expect_all(gate, {{"its budget is whole", from_ue4(kRegister), "register_admitted"}});
}

TEST(Spoofed, IsNobodyWhoTalksToWhatIsNotGuarded) {
  GateUnderTest gate(test_config());
  set_rule(gate, "0.0.0.0", 0, because(&sipward_source_rule::martian));
  set_rule(gate, "::", 0, because(&sipward_source_rule::martian));
  expect_all(gate, {{"another port", from_ue4(kMessage).udp(kUePort, 53), ""},
                    {"another address", from_ue4(kMessage).ip(kUe4, "198.51.100.11"), ""},
                    {"another IPv6 address", from_ue6(kMessage).ip(kUe6, "2001:db8::11"), ""},
                    {"TCP without such a listener", tcp_from_ue4(kSyn), ""},
                    {"ICMPv6", from_ue6("").protocol(58), ""},
                    {"ARP", from_ue4("").ethertype(0x0806), ""}});
}

TEST(Spoofed, NobodyKnowsTheSourceBehindNineVlanTags) {
  GateUnderTest gate(test_config());
  set_rule(gate, "0.0.0.0", 0, because(&sipward_source_rule::martian));
  set_rule(gate, "::", 0, because(&sipward_source_rule::martian));
  Packet deep = from_ue4(kMessage);
  Packet deep6 = from_ue6(kMessage);
  for (int i = 0; i < 9; ++i) {
    deep.vlan(0);
    deep6.vlan(0);
  }
  expect_all(gate, {{"IPv4", deep, "vlan_depth"}, {"IPv6", deep6, "vlan_depth"}});
}

}  // namespace
}  // namespace sipward::test
