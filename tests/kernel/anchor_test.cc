// SPDX-License-Identifier: Apache-2.0
// A packet with a bound key from another place than its row's REGISTER is spoofed.
#include <gtest/gtest.h>
#include <linux/bpf.h>

#include "tests/kernel/expectations.h"
#include "tests/kernel/lab.h"

namespace sipward::test {
namespace {

using dataplane::AnchorFields;
using dataplane::Mode;

constexpr std::string_view kInvite = "INVITE sip:bob@home1.example SIP/2.0\r\n";
constexpr std::string_view kRegister = "REGISTER sip:home1.example SIP/2.0\r\n";
constexpr Mac kOtherMac{0x02, 0, 0, 0, 0, 0x21};

/// Where `here` enters.
constexpr ims::Anchor kHome{
    .slot = kSlot, .mac = kUeMac, .vlan = 100, .inner_vlan = 7, .hop_limit = kHopLimit};

ims::KernelRow anchored(const RowOf& fields, std::optional<ims::Anchor> anchor = kHome) {
  ims::KernelRow made = row(fields);
  made.anchor = anchor;
  return made;
}

dataplane::GateConfig with(AnchorFields fields, std::uint8_t tolerance = 0) {
  auto config = test_config();
  config.policy.anchor = fields;
  config.policy.hop_limit_tolerance = tolerance;
  return config;
}

constexpr AnchorFields kNone{.interface = false};
constexpr AnchorFields kInterface{};
constexpr AnchorFields kVlan{.interface = false, .vlan = true};
constexpr AnchorFields kMac{.interface = false, .mac = true};
constexpr AnchorFields kHops{.interface = false, .hop_limit = true};
constexpr AnchorFields kAll{.vlan = true, .mac = true, .hop_limit = true};

Packet home(Packet packet) { return packet.vlan(100).vlan(7); }

struct Case {
  std::string name;
  AnchorFields fields;
  ims::Anchor anchor;
  std::string counted;
};

ims::Anchor but(void (*change)(ims::Anchor&)) {
  ims::Anchor anchor = kHome;
  change(anchor);
  return anchor;
}

std::vector<Case> cases() {
  const ims::Anchor slot = but([](ims::Anchor& a) { a.slot = kSlot + 1; });
  const ims::Anchor vlan = but([](ims::Anchor& a) { a.vlan = 101; });
  const ims::Anchor inner = but([](ims::Anchor& a) { a.inner_vlan = 8; });
  const ims::Anchor first_octet = but([](ims::Anchor& a) { a.mac[0] ^= 0x40; });
  const ims::Anchor last_octet = but([](ims::Anchor& a) { a.mac[5] ^= 1; });
  const ims::Anchor hops = but([](ims::Anchor& a) { a.hop_limit -= 1; });
  const ims::Anchor all{.slot = 9, .mac = {}, .vlan = 1, .inner_vlan = 2, .hop_limit = 1};
  return {
      {"the same in all", kAll, kHome, "bound"},
      {"interface", kInterface, slot, "anchor_interface"},
      {"interface, not asked", {.interface = false, .vlan = true, .mac = true}, slot, "bound"},
      {"outer VLAN", kVlan, vlan, "anchor_vlan"},
      {"inner VLAN", kVlan, inner, "anchor_vlan"},
      {"VLAN, not asked", {.mac = true, .hop_limit = true}, vlan, "bound"},
      {"first octet of the MAC", kMac, first_octet, "anchor_mac"},
      {"last octet of the MAC", kMac, last_octet, "anchor_mac"},
      {"MAC, not asked", {.vlan = true, .hop_limit = true}, last_octet, "bound"},
      {"hop limit", kHops, hops, "anchor_hop_limit"},
      {"hop limit, not asked", {.vlan = true, .mac = true}, hops, "bound"},
      {"each alone of all: interface", kAll, slot, "anchor_interface"},
      {"each alone of all: VLAN", kAll, vlan, "anchor_vlan"},
      {"each alone of all: MAC", kAll, last_octet, "anchor_mac"},
      {"each alone of all: hop limit", kAll, hops, "anchor_hop_limit"},
      {"all at once: the interface says it", kAll, all, "anchor_interface"},
      {"all but the interface: the VLAN says it",
       {.interface = false, .vlan = true, .mac = true, .hop_limit = true},
       all,
       "anchor_vlan"},
      {"MAC and hop limit: the MAC says it",
       {.interface = false, .mac = true, .hop_limit = true},
       all,
       "anchor_mac"},
      {"nothing is asked", kNone, all, "bound"},
  };
}

TEST(Anchor, EachFieldContradictsWithItsOwnReason) {
  for (const Case& c : cases()) {
    for (const Mode mode : kBothModes) {
      auto config = with(c.fields);
      config.mode = mode;
      GateUnderTest gate(config);
      install(gate, {anchored({}, c.anchor), anchored({.ip = kUe6}, c.anchor),
                     anchored({.transport = sip::Transport::kTcp}, c.anchor)});
      expect_all(gate,
                 {{c.name, home(from_ue4(kInvite)), c.counted},
                  {c.name + ", IPv6", home(from_ue6(kInvite)), c.counted}},
                 mode);
    }
  }
}

TEST(Anchor, VlanIsTheTwoOutermostTags) {
  const auto anchor = [](std::uint16_t vlan, std::uint16_t inner) {
    return ims::Anchor{.slot = kSlot, .mac = kUeMac, .vlan = vlan, .inner_vlan = inner};
  };
  struct Row {
    const char* name;
    ims::Anchor anchor;
    Packet packet;
    const char* counted;
  };
  const Row rows[] = {
      {"untagged both", anchor(0, 0), from_ue4(kInvite), "bound"},
      {"a priority tag is no VLAN", anchor(0, 0), from_ue4(kInvite).vlan(0), "bound"},
      {"tagged now", anchor(0, 0), from_ue4(kInvite).vlan(7), "anchor_vlan"},
      {"untagged now", anchor(7, 0), from_ue4(kInvite), "anchor_vlan"},
      {"one tag", anchor(7, 0), from_ue4(kInvite).vlan(7), "bound"},
      {"a second tag now", anchor(7, 0), from_ue4(kInvite).vlan(7).vlan(8), "anchor_vlan"},
      {"QinQ", anchor(100, 7), from_ue4(kInvite).vlan(100).vlan(7), "bound"},
      {"QinQ the other way round", anchor(100, 7), from_ue4(kInvite).vlan(7).vlan(100),
       "anchor_vlan"},
      {"the inner one alone", anchor(100, 7), from_ue4(kInvite).vlan(7), "anchor_vlan"},
      {"the highest VLAN", anchor(0xfff, 0), from_ue4(kInvite).vlan(0xfff), "bound"},
      {"priority bits do not count", anchor(7, 0), from_ue4(kInvite).vlan(0xe007), "bound"},
  };
  GateUnderTest gate(with(kVlan));
  for (const Row& one : rows) {
    install(gate, {anchored({}, one.anchor)});
    expect_all(gate, {{one.name, one.packet, one.counted}});
  }
}

TEST(Anchor, HopLimitHasATolerance) {
  struct Row {
    std::uint8_t registered;
    std::uint8_t now;
    std::uint8_t tolerance;
    const char* counted;
  };
  const Row rows[] = {
      {64, 64, 0, "bound"},
      {64, 63, 0, "anchor_hop_limit"},
      {64, 65, 0, "anchor_hop_limit"},
      {64, 62, 2, "bound"},
      {64, 66, 2, "bound"},
      {64, 61, 2, "anchor_hop_limit"},
      {64, 67, 2, "anchor_hop_limit"},
      {255, 0, 254, "anchor_hop_limit"},
      {0, 255, 254, "anchor_hop_limit"},
      {0, 255, 255, "bound"},
      {255, 1, 2, "anchor_hop_limit"},  // no wrap
  };
  for (const Row& one : rows) {
    GateUnderTest gate(with(kHops, one.tolerance));
    const ims::Anchor anchor{.hop_limit = one.registered};
    install(gate, {anchored({}, anchor), anchored({.ip = kUe6}, anchor)});
    const std::string name = std::to_string(one.registered) + " and " + std::to_string(one.now);
    expect_all(gate, {{name, from_ue4(kInvite).hop_limit(one.now), one.counted},
                      {name + ", IPv6", from_ue6(kInvite).hop_limit(one.now), one.counted}});
  }
}

TEST(Anchor, OfARowThatHasNoneIsNotContradicted) {
  GateUnderTest gate(with(kAll));
  install(gate, {anchored({}, std::nullopt), anchored({.ip = kUe6, .port = 0}, std::nullopt)});
  expect_all(gate, {{"exact", home(from_ue4(kInvite)), "bound"},
                    {"wildcard, IPv6", home(from_ue6(kInvite)), "bound"}});
}

TEST(Anchor, OfAnExpiredRowIsNot) {
  GateUnderTest gate(with(kMac));
  install(gate, {anchored({.seconds_left = kExpired})});
  expect_all(gate, {{"another MAC", from_ue4(kInvite).mac(kOtherMac), "expired"}});
}

TEST(Anchor, AContradictedExactRowDoesNotFallBackToAWildcardRow) {
  GateUnderTest gate(with(kMac));
  ims::Anchor other = kHome;
  other.mac = kOtherMac;
  install(gate, {anchored({}), anchored({.port = 0, .binding = 2}, other)});
  const Packet moved = from_ue4(kInvite).mac(kOtherMac);
  expect_all(gate, {{"the exact row's port", moved, "anchor_mac"},
                    {"another port: the wildcard row's", Packet(moved).udp(40009, kSip), "bound"},
                    {"another port, not the wildcard row's anchor",
                     from_ue4(kInvite).udp(40009, kSip), "anchor_mac"}});
  install(gate, {anchored({.seconds_left = kExpired})});
  expect_all(gate, {{"an expired exact row does", moved, "bound"}});
}

TEST(Anchor, FromElsewhereOnlyRegisterAndEmergencyPass) {
  for (const Mode mode : kBothModes) {
    auto config = with(kMac);
    config.mode = mode;
    config.emergency = true;
    GateUnderTest gate(config);
    install(gate, {anchored({}), anchored({.ip = kUe6, .port = 0})});
    for (const auto from : {from_ue4, from_ue6}) {
      const auto moved = [&](std::string_view text) { return from(text).mac(kOtherMac); };
      expect_all(gate,
                 {{"REGISTER", moved(kRegister), "known_admitted"},
                  {"emergency", moved("INVITE urn:service:sos SIP/2.0\r\n"), "emergency_admitted"},
                  {"keep-alive", moved("\r\n\r\n"), "anchor_mac"},
                  {"SigComp", moved("\xf8xyz"), "anchor_mac"},
                  {"response", moved("SIP/2.0 200 OK\r\n"), "anchor_mac"},
                  {"nothing", moved(""), "anchor_mac"}},
                 mode);
    }
  }
}

TEST(Anchor, HoldsForTcpSegmentsOfItsRow) {
  auto config = with(kMac);
  config.listeners.push_back(
      {.local = config.listeners[0].local, .transport = sip::Transport::kTcp});
  GateUnderTest gate(config);
  install(gate, {anchored({.transport = sip::Transport::kTcp})});
  expect_all(gate, {{"from its place", tcp_from_ue4(kAck), "bound"},
                    {"from elsewhere", tcp_from_ue4(kAck).mac(kOtherMac), "anchor_mac"},
                    {"RST from elsewhere", tcp_from_ue4(kRst).mac(kOtherMac), "anchor_mac"},
                    {"a SYN from elsewhere may lead to a REGISTER",
                     tcp_from_ue4(kSyn).mac(kOtherMac), "known_admitted"}});
}

}  // namespace
}  // namespace sipward::test
