// SPDX-License-Identifier: Apache-2.0
// Who may speak to a guarded listener: TS 33.203 N.2.1, TS 24.229 5.2.6.3.2A. Every row is
// run in both modes: monitor gives the same verdicts and drops nothing.
#include <gtest/gtest.h>
#include <linux/bpf.h>

#include <algorithm>
#include <vector>

#include "tests/kernel/expectations.h"
#include "tests/kernel/lab.h"

namespace sipward::test {
namespace {

using dataplane::Mode;
using dataplane::RowKinds;

constexpr std::string_view kInvite = "INVITE sip:bob@home1.example SIP/2.0\r\n";
constexpr std::string_view kRegister = "REGISTER sip:home1.example SIP/2.0\r\n";
constexpr std::string_view kSos = "INVITE urn:service:sos SIP/2.0\r\n";

std::string stun(std::uint16_t type = 1, std::uint16_t length = 0,
                 std::uint32_t cookie = 0x2112a442) {
  std::string text(20, 'x');
  text[0] = static_cast<char>(type >> 8);
  text[1] = static_cast<char>(type);
  text[2] = static_cast<char>(length >> 8);
  text[3] = static_cast<char>(length);
  for (std::size_t i = 0; i < 4; ++i) text[4 + i] = static_cast<char>(cookie >> (24 - 8 * i));
  return text;
}

std::uint32_t bound(std::uint32_t binding, std::uint32_t epoch) {
  return sipward_mark(SIPWARD_VERDICT_BOUND, binding << SIPWARD_BINDING_SHIFT | epoch);
}
const std::uint32_t kUnboundMark = sipward_mark(SIPWARD_VERDICT_UNBOUND, 0);
const std::uint32_t kAdmitted = sipward_mark(SIPWARD_VERDICT_ADMITTED, 0);
const std::uint32_t kEmergency = sipward_mark(SIPWARD_VERDICT_EMERGENCY, 0);

struct Case {
  std::string name;
  Frame frame;
  std::vector<RowOf> rows;
  std::string counted;                ///< the counter's name; empty: not guarded, untouched
  std::optional<std::uint32_t> mark;  ///< when it passes in enforce mode
  RowKinds kinds = RowKinds::kBoth;
  bool emergency = false;
};

void expect(const Case& c, Mode mode, const Outcome& outcome) {
  EXPECT_EQ(outcome.counted, c.counted);
  EXPECT_EQ(outcome.frame, c.frame) << "the packet itself is never changed";
  if (c.counted.empty()) {
    EXPECT_EQ(outcome.action, XDP_PASS);
    EXPECT_EQ(outcome.mark, std::nullopt);
    EXPECT_EQ(outcome.octets_counted, 0U);
    return;
  }
  EXPECT_EQ(outcome.octets_counted, c.frame.size());
  const bool refused = refuses(c.counted);
  EXPECT_EQ(outcome.action, refused && mode == Mode::kEnforce ? XDP_DROP : XDP_PASS);
  if (!refused) {
    EXPECT_EQ(without_seat(outcome.mark), c.mark);
  } else if (mode == Mode::kMonitor) {
    EXPECT_EQ(outcome.mark, kUnboundMark);
  }
}

void run_in(const std::vector<Case>& cases, Mode mode, RowKinds kinds, bool emergency) {
  auto config = test_config();
  config.mode = mode;
  config.rows = kinds;
  config.emergency = emergency;
  GateUnderTest gate(config);
  for (const Case& c : cases) {
    if (c.kinds != kinds || c.emergency != emergency) continue;
    SCOPED_TRACE(c.name + ", " + std::string(mode_name(mode)));
    for (const RowOf& fields : c.rows) {
      ASSERT_EQ(gate.bindings().install(row(fields)), dataplane::InstallStatus::kInstalled);
    }
    expect(c, mode, gate.run(c.frame));
    gate.bindings().clear();
  }
}

void run_all(const std::vector<Case>& cases) {
  for (const Mode mode : {Mode::kEnforce, Mode::kMonitor}) {
    for (const RowKinds kinds : {RowKinds::kBoth, RowKinds::kExact, RowKinds::kWildcard}) {
      for (const bool emergency : {false, true}) {
        const auto wanted = [&](const Case& c) {
          return c.kinds == kinds && c.emergency == emergency;
        };
        if (std::ranges::any_of(cases, wanted)) run_in(cases, mode, kinds, emergency);
      }
    }
  }
}

TEST(Verdict, ARowOpensTheGate) {
  const RowOf with_port{.binding = 5, .epoch = 9};
  const RowOf without_port{.port = 0, .binding = 6, .epoch = 2};
  const RowOf v6{.ip = kUe6, .binding = 0xabc, .epoch = 0xff};
  const RowOf v6_without_port{.ip = kUe6, .port = 0, .binding = 7};
  run_all({
      {"exact row", from_ue4(kInvite), {with_port}, "bound", bound(5, 9)},
      {"wildcard row", from_ue4(kInvite), {without_port}, "bound", bound(6, 2)},
      {"exact row wins", from_ue4(kInvite), {without_port, with_port}, "bound", bound(5, 9)},
      {"IPv6 exact row", from_ue6(kInvite), {v6}, "bound", bound(0xabc, 0xff)},
      {"IPv6 wildcard row", from_ue6(kInvite), {v6_without_port}, "bound", bound(7, 1)},
      {"only the low bits of binding and epoch fit the tag",
       from_ue4(kInvite),
       {{.binding = 0x12345, .epoch = 0x1234}},
       "bound",
       bound(0x345, 0x34)},
      {"what a bound source says does not matter",
       from_ue4("\x01garbage"),
       {with_port},
       "bound",
       bound(5, 9)},
      {"nor whether it says anything", from_ue4(""), {with_port}, "bound", bound(5, 9)},
      {"a REGISTER of a bound source has no budget",
       from_ue4(kRegister),
       {with_port},
       "bound",
       bound(5, 9)},
      {"a VLAN tag", from_ue4(kInvite).vlan(100), {with_port}, "bound", bound(5, 9)},
      {"two VLAN tags", from_ue4(kInvite).vlan(100).vlan(7), {with_port}, "bound", bound(5, 9)},
      {"IPv4 options", from_ue4(kInvite).ipv4_options(40), {with_port}, "bound", bound(5, 9)},
      {"IPv6 extension headers",
       from_ue6(kInvite).extension(0).extension(60, 16).extension(43, 24).extension(51, 24),
       {v6},
       "bound",
       bound(0xabc, 0xff)},
      {"Ethernet padding", from_ue4("").pad(18), {with_port}, "bound", bound(5, 9)},
  });
}

TEST(Verdict, NoRowNoEntry) {
  const RowOf row4{};
  run_all({
      {"no row", from_ue4(kInvite), {}, "unbound", {}},
      {"no row, IPv6", from_ue6(kInvite), {}, "unbound", {}},
      {"another port", from_ue4(kInvite).udp(40002, kSip), {row4}, "unbound", {}},
      {"another address", from_ue4(kInvite).ip("203.0.113.8", kGate4), {row4}, "unbound", {}},
      {"a row of the same port for TCP",
       from_ue4(kInvite),
       {{.transport = sip::Transport::kTcp}},
       "unbound",
       {}},
      {"the last octet of an IPv6 address differs",
       from_ue6(kInvite).ip("2001:db8:7::8", kGate6),
       {{.ip = kUe6}, {.ip = kUe6, .port = 0}},
       "unbound",
       {}},
      {"an IPv4 row does not open the mapped IPv6 address",
       from_ue6(kInvite).ip("::ffff:203.0.113.7", kGate6),
       {row4},
       "bad_source",
       {}},
      {"expired row", from_ue4(kInvite), {{.seconds_left = kExpired}}, "expired", {}},
      {"expired wildcard row",
       from_ue4(kInvite),
       {{.port = 0, .seconds_left = kExpired}},
       "expired",
       {}},
      {"expired exact row, live wildcard row",
       from_ue4(kInvite),
       {{.seconds_left = kExpired}, {.port = 0, .binding = 3}},
       "bound",
       bound(3, 1)},
      {"an expired source may register, and is no stranger",
       from_ue4(kRegister),
       {{.seconds_left = kExpired}},
       "known_admitted",
       kAdmitted},
      {"a response is no reason to pass", from_ue4("SIP/2.0 200 OK\r\n"), {}, "unbound", {}},
      {"empty datagram", from_ue4(""), {}, "unbound", {}},
  });
}

TEST(Verdict, RowKindsThatAreNotConfiguredAreNotLookedUp) {
  run_all({
      {"exact only: exact row", from_ue4(kInvite), {{}}, "bound", bound(1, 1), RowKinds::kExact},
      {"exact only: wildcard row",
       from_ue4(kInvite),
       {{.port = 0}},
       "unbound",
       {},
       RowKinds::kExact},
      {"wildcard only: exact row", from_ue4(kInvite), {{}}, "unbound", {}, RowKinds::kWildcard},
      {"wildcard only: wildcard row",
       from_ue4(kInvite),
       {{.port = 0}},
       "bound",
       bound(1, 1),
       RowKinds::kWildcard},
  });
}

TEST(Verdict, AStrangerMayRegister) {
  run_all({
      {"REGISTER", from_ue4(kRegister), {}, "register_admitted", kAdmitted},
      {"REGISTER, IPv6", from_ue6(kRegister), {}, "register_admitted", kAdmitted},
      {"CRLF before it (RFC 3261 7.5)",
       from_ue4("\r\n\r\nREGISTER sip:h SIP/2.0\r\n"),
       {},
       "register_admitted",
       kAdmitted},
      {"too many CRLF before it",
       from_ue4("\r\n\r\n\r\nREGISTER sip:h SIP/2.0\r\n"),
       {},
       "unbound",
       {}},
      {"bare LF before it", from_ue4("\nREGISTER sip:h SIP/2.0\r\n"), {}, "unbound", {}},
      {"lower case is another method", from_ue4("register sip:h SIP/2.0\r\n"), {}, "unbound", {}},
      {"longer method", from_ue4("REGISTERX sip:h SIP/2.0\r\n"), {}, "unbound", {}},
      {"tab for the space", from_ue4("REGISTER\tsip:h SIP/2.0\r\n"), {}, "unbound", {}},
      {"cut before the space", from_ue4("REGISTER"), {}, "unbound", {}},
      {"the word in Ethernet padding does not count", from_ue4("REG").pad(30), {}, "unbound", {}},
  });
}

TEST(Verdict, AStrangerMayKeepItsNatBindingAlive) {
  run_all({
      {"STUN binding request (RFC 5626 3.5.2)",
       from_ue4(stun()),
       {},
       "keepalive_admitted",
       kAdmitted},
      {"with an attribute", from_ue4(stun(1, 4) + "abcd"), {}, "keepalive_admitted", kAdmitted},
      {"binding response", from_ue4(stun(0x0101)), {}, "unbound", {}},
      {"another cookie", from_ue4(stun(1, 0, 0x2112a443)), {}, "unbound", {}},
      {"longer than it says", from_ue4(stun(1, 0) + "abcd"), {}, "unbound", {}},
      {"shorter than it says", from_ue4(stun(1, 8)), {}, "unbound", {}},
      {"no multiple of four", from_ue4(stun(1, 3) + "abc"), {}, "unbound", {}},
      {"CRLF", from_ue4("\r\n"), {}, "keepalive_admitted", kAdmitted},
      {"CRLFCRLF, IPv6", from_ue6("\r\n\r\n"), {}, "keepalive_admitted", kAdmitted},
      {"one CR", from_ue4("\r"), {}, "keepalive_admitted", kAdmitted},
      {"six octets", from_ue4("\r\n\r\n\r\n"), {}, "unbound", {}},
      {"a space among them", from_ue4("\r\n \n"), {}, "unbound", {}},
  });
}

TEST(Verdict, AnEmergencyPassesWhenTheOperatorSaysSo) {
  const auto with = [](std::string name, std::string_view payload, std::string counted,
                       std::optional<std::uint32_t> mark) {
    return Case{
        std::move(name), from_ue4(payload), {}, std::move(counted), mark, RowKinds::kBoth, true};
  };
  run_all({
      {"not enabled", from_ue4(kSos), {}, "unbound", {}},
      with("urn:service:sos", kSos, "emergency_admitted", kEmergency),
      with("any case", "INVITE URN:Service:SoS SIP/2.0\r\n", "emergency_admitted", kEmergency),
      with("a sub-service (RFC 5031 4.2)", "MESSAGE urn:service:sos.police SIP/2.0\r\n",
           "emergency_admitted", kEmergency),
      with("CRLF before it", "\r\nINVITE urn:service:sos SIP/2.0\r\n", "emergency_admitted",
           kEmergency),
      with("another service", "INVITE urn:service:sosx SIP/2.0\r\n", "unbound", {}),
      with("not in the Request-URI", "INVITE sip:urn:service:sos SIP/2.0\r\n", "unbound", {}),
      with("no method", " urn:service:sos SIP/2.0\r\n", "unbound", {}),
      with("two spaces", "INVITE  urn:service:sos SIP/2.0\r\n", "unbound", {}),
      with("a method longer than any", "ABCDEFGHIJKLMNOPQ urn:service:sos SIP/2.0\r\n", "unbound",
           {}),
      with("cut short", "INVITE urn:service:so", "unbound", {}),
      with("REGISTER is still REGISTER", kRegister, "register_admitted", kAdmitted),
      with("INVITE to a user", kInvite, "unbound", {}),
  });
}

TEST(Verdict, SigCompOfAStrangerHasItsOwnCounter) {
  run_all({
      {"first five bits set (RFC 3320 7)", from_ue4("\xf8xyz"), {}, "sigcomp", {}},
      {"all eight", from_ue4("\xff"), {}, "sigcomp", {}},
      {"only four", from_ue4("\xf7xyz"), {}, "unbound", {}},
  });
}

TEST(Verdict, WhatIsNotForAGuardedListenerIsNotTouched) {
  run_all({
      {"another port", from_ue4(kInvite).udp(kUePort, 5061), {}, "", {}},
      {"another address", from_ue4(kInvite).ip(kUe4, "198.51.100.11"), {}, "", {}},
      {"another IPv6 address", from_ue6(kInvite).ip(kUe6, "2001:db8::11"), {}, "", {}},
      {"target port 0", from_ue4(kInvite).udp(kUePort, 0), {}, "", {}},
      {"TCP", from_ue4(kInvite).protocol(6), {}, "", {}},
      {"TCP, IPv6", from_ue6(kInvite).protocol(6), {}, "", {}},
      {"ICMPv6 after an extension header", from_ue6("").extension(0).protocol(58), {}, "", {}},
      {"ARP", from_ue4(kInvite).ethertype(0x0806), {}, "", {}},
      {"ARP in a VLAN", from_ue4(kInvite).vlan(7).ethertype(0x0806), {}, "", {}},
      {"an unknown ethertype", from_ue4(kInvite).ethertype(0x88cc), {}, "", {}},
      {"malformed, for somebody else",
       from_ue4(kInvite).ip(kUe4, "198.51.100.11").claim_ihl(2),
       {},
       "",
       {}},
      {"too short for an IP header", from_ue4(kInvite).truncate(30), {}, "", {}},
      {"nothing but Ethernet", from_ue4(kInvite).truncate(14), {}, "", {}},
      {"a VLAN tag cut short", from_ue4(kInvite).vlan(7).truncate(16), {}, "", {}},
      {"IP version 5", from_ue4(kInvite).claim_version(5), {}, "", {}},
      {"the IPv4 address of the gate inside an IPv6 packet",
       from_ue6(kInvite).ip(kUe6, "::198.51.100.10"),
       {},
       "",
       {}},
  });
}

// Repeated runs use up the room before the packet, as a driver without any would.
TEST(Verdict, WhatCannotBeTaggedIsCountedAndDroppedInEnforceMode) {
  constexpr std::uint32_t kRuns = 200;
  for (const Mode mode : {Mode::kEnforce, Mode::kMonitor}) {
    auto config = test_config();
    config.mode = mode;
    GateUnderTest gate(config);
    ASSERT_EQ(gate.bindings().install(row({})), dataplane::InstallStatus::kInstalled);
    const ManyRuns runs = gate.repeat(from_ue4(kInvite), kRuns);
    EXPECT_EQ(runs.last_action, mode == Mode::kEnforce ? XDP_DROP : XDP_PASS);
    EXPECT_GT(gate.packets("tag_failed"), 0U);
    EXPECT_EQ(gate.packets("bound") + gate.packets("tag_failed"), kRuns);
  }
}

}  // namespace
}  // namespace sipward::test
