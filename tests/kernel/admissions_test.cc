// SPDX-License-Identifier: Apache-2.0
// What the gate notes about the packets that it admits, and who may take it for his own.
#include "agent/dataplane/admissions.h"

#include <gtest/gtest.h>

#include <set>

#include "agent/dataplane/tag.h"
#include "tests/kernel/expectations.h"
#include "tests/kernel/lab.h"

namespace sipward::test {
namespace {

constexpr std::string_view kRegister = "REGISTER sip:home1.example SIP/2.0\r\n";
constexpr Mac kNewMac{0x02, 0x11, 0x22, 0x33, 0x44, 0x55};

sip::Flow flow(std::string_view ip, std::uint16_t port,
               sip::Transport transport = sip::Transport::kUdp) {
  return {.transport = transport,
          .local = {},
          .remote = {.ip = sip::IpAddress::parse(ip).value(), .port = port}};
}

class Seats : public testing::Test {
 protected:
  Seats() {
    auto config = test_config();
    config.emergency = true;
    config.policy.anchor = {.mac = true};
    config.listeners.push_back(
        {.local = config.listeners[0].local, .transport = sip::Transport::kTcp});
    gate_.emplace(config);
    auto opened = dataplane::Admissions::open(gate_->pin_path());
    if (!opened) throw std::runtime_error(opened.error());
    admissions_.emplace(std::move(*opened));
  }
  std::uint32_t admit(const Frame& frame) {
    const Outcome outcome = gate_->run(frame);
    const auto tag = dataplane::tag_of(outcome.mark.value_or(0));
    EXPECT_TRUE(tag && (tag->verdict == ims::Tag::Verdict::kAdmitted ||
                        tag->verdict == ims::Tag::Verdict::kEmergency))
        << outcome.counted;
    return tag ? tag->seat : 0;
  }
  std::optional<ims::Anchor> find(std::uint32_t seat, const sip::Flow& flow) {
    return admissions_->find(seat, flow);
  }

  std::optional<GateUnderTest> gate_;
  std::optional<dataplane::Admissions> admissions_;
};

TEST_F(Seats, TellWhereAnAdmittedPacketEntered) {
  const ims::Anchor entered{
      .slot = kSlot, .mac = kNewMac, .vlan = 100, .inner_vlan = 7, .hop_limit = 42};
  struct Row {
    const char* name;
    Packet packet;
    sip::Flow flow;
  };
  const Row rows[] = {
      {"IPv4", from_ue4(kRegister), flow(kUe4, kUePort)},
      {"IPv6", from_ue6(kRegister), flow(kUe6, kUePort)},
      {"keep-alive", from_ue4("\r\n"), flow(kUe4, kUePort)},
      {"emergency", from_ue4("INVITE urn:service:sos SIP/2.0\r\n"), flow(kUe4, kUePort)},
      {"SYN", tcp_from_ue4(kSyn), flow(kUe4, kUePort, sip::Transport::kTcp)},
      {"SYN to be TLS", tcp_from_ue4(kSyn), flow(kUe4, kUePort, sip::Transport::kTls)},
  };
  for (Row one : rows) {
    SCOPED_TRACE(one.name);
    const auto seat = admit(one.packet.mac(kNewMac).vlan(100).vlan(7).hop_limit(42));
    EXPECT_EQ(find(seat, one.flow), entered);
  }
}

TEST_F(Seats, TellNothingToAnotherFlow) {
  const auto seat = admit(from_ue4(kRegister));
  ASSERT_TRUE(find(seat, flow(kUe4, kUePort)));
  EXPECT_FALSE(find(seat, flow(kUe4, kUePort + 1)));
  EXPECT_FALSE(find(seat, flow("203.0.113.8", kUePort)));
  EXPECT_FALSE(find(seat, flow(kUe6, kUePort)));
  EXPECT_FALSE(find(seat, flow("::ffff:203.0.113.7", kUePort + 1)));
  EXPECT_FALSE(find(seat, flow(kUe4, kUePort, sip::Transport::kTcp)));
  EXPECT_FALSE(find(seat + 1, flow(kUe4, kUePort))) << "a seat nobody has taken";
  EXPECT_FALSE(find(SIPWARD_ADMISSIONS, flow(kUe4, kUePort))) << "a seat there is not";
}

TEST_F(Seats, AreTakenAgainAfterARound) {
  gate_->pulse().words().next_seat = 0xffffffff;  // the count of seats wraps
  const auto last = admit(from_ue4(kRegister));
  EXPECT_EQ(last, SIPWARD_ADMISSIONS - 1U);
  EXPECT_EQ(admit(from_ue4(kRegister)), 0U);

  gate_->pulse().words().next_seat += SIPWARD_ADMISSIONS - 2;
  ASSERT_EQ(admit(from_ue4(kRegister).ip("203.0.113.8", kGate4)), last);
  EXPECT_FALSE(find(last, flow(kUe4, kUePort))) << "it is somebody else's now";
  EXPECT_TRUE(find(last, flow("203.0.113.8", kUePort)));
}

TEST_F(Seats, AreNewForEachPacket) {
  std::set<std::uint32_t> seats;
  for (int i = 0; i < 100; ++i) seats.insert(admit(from_ue4(kRegister)));
  EXPECT_EQ(seats.size(), 100U);
}

TEST_F(Seats, OfAMovedUeTellTheNewPlaceAndTheRowKeepsTheOld) {
  const ims::Anchor old{.slot = kSlot, .mac = kUeMac, .hop_limit = kHopLimit};
  ims::KernelRow bound = row({});
  bound.anchor = old;
  install(*gate_, {bound});
  const auto seat = admit(from_ue4(kRegister).mac(kNewMac));
  const auto moved = find(seat, flow(kUe4, kUePort));
  ASSERT_TRUE(moved);
  EXPECT_EQ(moved->mac, kNewMac);
  EXPECT_EQ(gate_->bindings().find(bound.key)->anchor, old);
  expect_all(*gate_, {{"not before the 200 OK", from_ue4("MESSAGE ").mac(kNewMac), "anchor_mac"},
                      {"the old place still holds", from_ue4("MESSAGE "), "bound"}});

  bound.anchor = moved;  // what the P-CSCF does with the 200 OK
  install(*gate_, {bound});
  expect_all(*gate_, {{"moved", from_ue4("MESSAGE ").mac(kNewMac), "bound"},
                      {"gone from the old place", from_ue4("MESSAGE "), "anchor_mac"}});
}

TEST_F(Seats, AreNotTakenByWhomTheGateRefusesOrKnows) {
  install(*gate_, {row({})});
  const std::uint32_t before = gate_->pulse().words().next_seat;
  expect_all(*gate_, {{"bound", from_ue4(kRegister), "bound"},
                      {"refused", from_ue6("MESSAGE "), "unbound"},
                      {"no flow", tcp_from_ue4(kAck), "no_flow"}});
  EXPECT_EQ(gate_->pulse().words().next_seat, before);
}

}  // namespace
}  // namespace sipward::test
