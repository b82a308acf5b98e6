// SPDX-License-Identifier: Apache-2.0
// Fragments on a real interface: what the kernel reassembles behind the gate.
#include <gtest/gtest.h>

#include <algorithm>

#include "agent/dataplane/tag.h"
#include "tests/kernel/lab.h"
#include "tests/kernel/net_lab.h"

namespace sipward::test {
namespace {

using dataplane::Fragments;
using Verdict = ims::Tag::Verdict;

const std::string kMessage = "MESSAGE sip:b@h SIP/2.0\r\n" + std::string(200, 'x');
const std::string kRegister = "REGISTER sip:h SIP/2.0\r\n" + std::string(200, 'x');
constexpr std::string_view kStranger4 = "198.51.100.99";
constexpr std::string_view kStranger6 = "2001:db8::99";

class FragmentPath : public testing::TestWithParam<bool> {
 protected:
  void attach(Fragments fragments) {
    config_.pin_path = new_pin_path();
    config_.group = "nogroup";
    config_.fragments = fragments;
    const auto report = lab_.attach(config_);
    ASSERT_TRUE(report.ok()) << report.error();
    auto bindings = dataplane::Bindings::open(config_.pin_path);
    ASSERT_TRUE(bindings.ok()) << bindings.error();
    ASSERT_EQ(bindings->install(row({.ip = ue_, .binding = 7, .epoch = 3})),
              dataplane::InstallStatus::kInstalled);
  }
  std::vector<Frame> three(std::string_view source, const std::string& text) {
    const Packet whole = Packet()
                             .to_mac(gate_mac_)
                             .ip(source, gate_)
                             .udp(kUePort, kSip)
                             .payload(text)
                             .fragment_id(++id_);
    return fragments_of(whole, {0, 80, 160});
  }
  void send(const std::vector<Frame>& frames) {
    for (const Frame& frame : frames) wire_.send(frame);
  }
  /// It has a row, so that it arrives whatever else did not.
  void send_probe() {
    send({Packet().to_mac(gate_mac_).ip(ue_, gate_).udp(kUePort, kSip).payload("probe")});
  }

  const std::string_view gate_ = GetParam() ? kGate6 : kGate4;
  const std::string_view ue_ = GetParam() ? kPeer6 : kPeer4;
  const std::string_view stranger_ = GetParam() ? kStranger6 : kStranger4;
  NetLab lab_;
  dataplane::GateConfig config_ = test_config();
  const Mac gate_mac_ = mac_of(lab_.gate(), "sw0");
  UdpPeer socket_{lab_.gate(), gate_, kSip};
  Wire wire_{lab_.ue(), "sw1"};
  std::uint32_t id_ = 0x100;
};

TEST_P(FragmentPath, ABoundDatagramArrivesInAnyOrderWithItsFirstOnesMark) {
  attach(Fragments::kSource);
  std::vector<std::size_t> order{0, 1, 2};
  do {
    const std::vector<Frame> parts = three(ue_, kMessage);
    for (const std::size_t i : order) wire_.send(parts[i]);
    const auto datagram = socket_.receive();
    ASSERT_TRUE(datagram) << order[0] << order[1] << order[2];
    EXPECT_EQ(datagram->payload, kMessage);
    EXPECT_EQ(dataplane::tag_of(datagram->mark),
              (ims::Tag{.verdict = Verdict::kBound, .binding = 7, .epoch = 3}));
  } while (std::ranges::next_permutation(order).found);
}

TEST_P(FragmentPath, NothingOfAStrangerArrives) {
  for (const Fragments policy : {Fragments::kSource, Fragments::kTrack, Fragments::kDrop}) {
    attach(policy);
    std::vector<std::size_t> order{0, 1, 2};
    do {
      const std::vector<Frame> parts = three(stranger_, kMessage);
      for (const std::size_t i : order) wire_.send(parts[i]);
    } while (std::ranges::next_permutation(order).found);
    send_probe();
    const auto datagram = socket_.receive();
    ASSERT_TRUE(datagram);
    EXPECT_EQ(datagram->payload, "probe");
    ASSERT_TRUE(lab_.detach(config_.pin_path).ok());
  }
}

TEST_P(FragmentPath, AStrangersRegisterArrivesWhenFragmentsAreTracked) {
  attach(Fragments::kTrack);
  send(three(stranger_, kRegister));
  const auto datagram = socket_.receive();
  ASSERT_TRUE(datagram);
  EXPECT_EQ(datagram->payload, kRegister);
  EXPECT_EQ(without_seat(datagram->mark), sipward_mark(SIPWARD_VERDICT_ADMITTED, 0));
}

TEST_P(FragmentPath, AndDoesNotWhenTheirSourceDecides) {
  attach(Fragments::kSource);
  send(three(stranger_, kRegister));
  send_probe();
  const auto datagram = socket_.receive();
  ASSERT_TRUE(datagram);
  EXPECT_EQ(datagram->payload, "probe");
}

INSTANTIATE_TEST_SUITE_P(Each, FragmentPath, testing::Bool(),
                         [](const auto& one) { return one.param ? "IPv6" : "IPv4"; });

}  // namespace
}  // namespace sipward::test
