// SPDX-License-Identifier: Apache-2.0
// Frames beyond one page: only their first octets are in the linear part that a program reads.
#include <gtest/gtest.h>
#include <linux/bpf.h>

#include "agent/dataplane/tag.h"
#include "tests/kernel/expectations.h"
#include "tests/kernel/lab.h"
#include "tests/kernel/net_lab.h"

namespace sipward::test {
namespace {

using dataplane::Mode;

std::string large(std::string_view head, std::size_t octets = 8'900) {
  std::string text(octets, 'x');
  text.replace(0, head.size(), head);
  return text;
}
const std::string kMessage = large("MESSAGE sip:bob@home1.example SIP/2.0\r\n");
const std::string kRegister = large("REGISTER sip:home1.example SIP/2.0\r\n");

TEST(Jumbo, IsReadAsOneFrame) {
  for (const Mode mode : kBothModes) {
    auto config = test_config();
    config.mode = mode;
    GateUnderTest gate(config);
    install(gate, {row({.ip = "203.0.113.8"}), row({.ip = "2001:db8:7::8"})});
    expect_all(
        gate,
        {{"bound", from_ue4(kMessage).ip("203.0.113.8", kGate4), "bound"},
         {"bound, IPv6", from_ue6(kMessage).ip("2001:db8:7::8", kGate6), "bound"},
         {"stranger", from_ue4(kMessage), "unbound"},
         {"stranger, IPv6", from_ue6(kMessage), "unbound"},
         {"its first octets tell a REGISTER", from_ue4(kRegister), "register_admitted"},
         {"in a VLAN", from_ue6(kRegister).vlan(7).vlan(8), "register_admitted"},
         {"for somebody else", from_ue4(kMessage).udp(kUePort, 53), ""},
         {"IP length beyond the frame", from_ue4(kMessage).claim_ip_length(9'100), "malformed_ip"},
         {"IPv6 length beyond the frame", from_ue6(kMessage).claim_ip_length(9'100),
          "malformed_ip"},
         {"UDP length shorter", from_ue4(kMessage).claim_udp_length(8'000), "malformed_udp"},
         {"a small packet in a large frame", from_ue4("x").pad(8'900), "unbound"}},
        mode);
  }
}

TEST(Jumbo, FragmentsAreJudgedAsOthersAre) {
  auto config = test_config();
  config.fragments = dataplane::Fragments::kTrack;
  GateUnderTest gate(config);
  for (const Packet& whole : {from_ue4(large(kRegister, 20'000)), from_ue6(kRegister)}) {
    const auto parts = fragments_of(whole, {0, 8'000});
    expect_all(gate, {{"later, before the first", parts[1], "fragment_untracked"},
                      {"first", parts[0], "register_admitted"},
                      {"later", parts[1], "fragment_admitted"}});
  }
}

TEST(Jumbo, IsCountedWithAllItsOctets) {
  GateUnderTest gate(test_config());
  install(gate, {row({})});
  const Frame frame = from_ue4(kMessage);
  EXPECT_EQ(gate.run(frame).octets_counted, frame.size());
}

/// A header that the linear part ends before cannot be judged by what is in it.
TEST(Jumbo, ExtensionHeadersBeyondTheLinearPartAreRefused) {
  GateUnderTest gate(test_config());
  install(gate, {row({.ip = kUe6})});
  Packet deep = from_ue6(kMessage);
  for (int i = 0; i < 2; ++i) deep.extension(60, 2'048);
  expect_all(gate, {{"UDP behind 4096 octets", deep, "malformed_udp"},
                    {"a third header there", Packet(deep).extension(60), "malformed_ip"}});
}

TEST(Jumbo, InterfaceIsGuardedNatively) {
  const NetLab lab;
  lab.gate().shell("ip link set sw0 mtu 9000");
  lab.ue().shell("ip link set sw1 mtu 9000");
  auto config = test_config();
  config.pin_path = new_pin_path();
  config.group = "nogroup";
  const auto report = lab.attach(config);
  ASSERT_TRUE(report.ok()) << report.error();
  EXPECT_EQ(lab.status(config).interfaces.front().hook, dataplane::InterfaceStatus::Hook::kNative);

  struct Row {
    std::string_view gate;
    std::string_view ue;
  };
  for (const Row& one : {Row{kGate4, kPeer4}, Row{kGate6, kPeer6}}) {
    const UdpPeer socket(lab.gate(), one.gate, kSip);
    const UdpPeer ue(lab.ue(), one.ue, kUePort);
    ue.send(kMessage, one.gate, kSip);
    ue.send(kRegister, one.gate, kSip);
    const auto admitted = socket.receive();
    ASSERT_TRUE(admitted);
    EXPECT_EQ(admitted->payload, kRegister) << "the MESSAGE before it was dropped";
    EXPECT_EQ(without_seat(admitted->mark), sipward_mark(SIPWARD_VERDICT_ADMITTED, 0));

    auto bindings = dataplane::Bindings::open(config.pin_path);
    ASSERT_TRUE(bindings.ok()) << bindings.error();
    ASSERT_EQ(bindings->install(row({.ip = one.ue, .binding = 9})),
              dataplane::InstallStatus::kInstalled);
    ue.send(kMessage, one.gate, kSip);
    const auto bound = socket.receive();
    ASSERT_TRUE(bound);
    EXPECT_EQ(bound->payload, kMessage);
    EXPECT_EQ(dataplane::tag_of(bound->mark),
              (ims::Tag{.verdict = ims::Tag::Verdict::kBound, .binding = 9, .epoch = 1}));
  }
}

}  // namespace
}  // namespace sipward::test
