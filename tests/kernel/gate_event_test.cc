// SPDX-License-Identifier: Apache-2.0
// What the gate tells of single packets: one event for each token that the daemon has put out.
#include <bpf/libbpf.h>
#include <gtest/gtest.h>
#include <linux/bpf.h>

#include <algorithm>
#include <cstring>
#include <memory>

#include "agent/dataplane/row.h"
#include "tests/kernel/expectations.h"
#include "tests/kernel/lab.h"

namespace sipward::test {
namespace {

using dataplane::Mode;

constexpr std::string_view kRegister = "REGISTER sip:home1.example SIP/2.0\r\n";
constexpr std::string_view kMessage = "MESSAGE sip:bob@home1.example SIP/2.0\r\n";

class Told : public testing::TestWithParam<Mode> {
 protected:
  void use(Mode mode) {
    auto config = test_config();
    config.mode = mode;
    config.listeners.push_back(
        {.local = config.listeners[0].local, .transport = sip::Transport::kTcp});
    gate_.emplace(config);
    map_ = gate_->map("events");
    ring_.reset(ring_buffer__new(map_.get(), &Told::take, &events_, nullptr));
    if (!ring_) throw std::runtime_error("ring_buffer__new");
  }
  void grant(std::uint32_t reason, std::uint32_t tokens) {
    gate_->pulse().words().event_tokens[reason] = tokens;
  }
  [[nodiscard]] std::uint32_t tokens(std::uint32_t reason) {
    return gate_->pulse().words().event_tokens[reason];
  }
  /// What is in the ring.
  std::vector<sipward_packet_event> drain() {
    events_.clear();
    ring_buffer__consume(ring_.get());
    return std::move(events_);
  }
  /// The only event.
  sipward_packet_event one() {
    const auto events = drain();
    EXPECT_EQ(events.size(), 1U);
    return events.empty() ? sipward_packet_event{} : events.front();
  }

  std::optional<GateUnderTest> gate_;

 private:
  struct Free {
    void operator()(ring_buffer* ring) const { ring_buffer__free(ring); }
  };
  static int take(void* events, void* data, std::size_t size) {
    EXPECT_EQ(size, sizeof(sipward_packet_event));
    sipward_packet_event event{};
    std::memcpy(&event, data, sizeof(event));
    static_cast<std::vector<sipward_packet_event>*>(events)->push_back(event);
    return 0;
  }
  dataplane::Descriptor map_;
  std::vector<sipward_packet_event> events_;
  std::unique_ptr<ring_buffer, Free> ring_;
};

std::vector<std::uint8_t> octets_of(std::string_view ip) {
  __u8 octets[16];
  dataplane::write_address(sip::IpAddress::parse(ip).value(), octets);
  return {std::begin(octets), std::end(octets)};
}

TEST_F(Told, WithoutATokenNothingIs) {
  use(Mode::kEnforce);
  for (int i = 0; i < 10; ++i) gate_->run(from_ue4(kMessage));
  grant(SIPWARD_REASON_EXPIRED, 5);
  gate_->run(from_ue4(kMessage));
  EXPECT_TRUE(drain().empty()) << "tokens are of one reason";
  EXPECT_EQ(gate_->pulse().words().events_lost, 0U);
}

TEST_F(Told, ATokenIsGoodForOneEvent) {
  use(Mode::kEnforce);
  grant(SIPWARD_REASON_UNBOUND, 3);
  for (int i = 0; i < 10; ++i) gate_->run(from_ue4(kMessage));
  EXPECT_EQ(drain().size(), 3U);
  EXPECT_EQ(tokens(SIPWARD_REASON_UNBOUND), 0U);
  gate_->run(from_ue4(kMessage));
  EXPECT_TRUE(drain().empty());
}

TEST_P(Told, AnEventSaysWhatWasSeen) {
  use(GetParam());
  grant(SIPWARD_REASON_UNBOUND, 2);
  const Frame frame = from_ue4(kMessage).vlan(100).vlan(7).hop_limit(42);
  gate_->run(frame);
  const sipward_packet_event event = one();
  EXPECT_EQ(event.reason, std::uint32_t{SIPWARD_REASON_UNBOUND});
  EXPECT_EQ(event.dropped, GetParam() == Mode::kEnforce ? 1U : 0U);
  EXPECT_GT(event.at_ns, 0U);
  EXPECT_EQ(
      dataplane::read_anchor(event.entered),
      (ims::Anchor{.slot = kSlot, .mac = kUeMac, .vlan = 100, .inner_vlan = 7, .hop_limit = 42}));
  EXPECT_TRUE(std::ranges::equal(event.source, octets_of(kUe4)));
  EXPECT_TRUE(std::ranges::equal(event.target, octets_of(kGate4)));
  EXPECT_EQ(event.source_port, kUePort);
  EXPECT_EQ(event.target_port, kSip);
  EXPECT_EQ(event.proto, 17);
  EXPECT_EQ(event.frame_octets, frame.size());
  ASSERT_EQ(event.captured, frame.size());
  EXPECT_TRUE(std::equal(frame.begin(), frame.end(), event.frame));

  gate_->run(from_ue6(kMessage));
  const sipward_packet_event v6 = one();
  EXPECT_TRUE(std::ranges::equal(v6.source, octets_of(kUe6)));
  EXPECT_TRUE(std::ranges::equal(v6.target, octets_of(kGate6)));
}

TEST_P(Told, IsEachReasonThatThereIsATokenFor) {
  use(GetParam());
  install(*gate_, {row({.ip = "203.0.113.8"})});
  struct Row {
    std::uint32_t reason;
    Frame frame;
    std::uint8_t proto = 17;
  };
  const Row rows[] = {
      {SIPWARD_REASON_BOUND, from_ue4(kMessage).ip("203.0.113.8", kGate4)},
      {SIPWARD_REASON_REGISTER_ADMITTED, from_ue4(kRegister)},
      {SIPWARD_REASON_SYN_ADMITTED, tcp_from_ue4(kSyn), 6},
      {SIPWARD_REASON_NO_FLOW, tcp_from_ue4(kAck), 6},
      {SIPWARD_REASON_MALFORMED_UDP, from_ue4(kMessage).claim_udp_length(9)},
      {SIPWARD_REASON_MALFORMED_IP, from_ue4(kMessage).claim_ihl(3)},
      {SIPWARD_REASON_FRAGMENT_UNBOUND, from_ue4("x").fragment(800, false).without_udp_header()},
      {SIPWARD_REASON_FRAGMENT_ADMITTED,
       from_ue4("x").ip("203.0.113.8", kGate4).fragment(800, false).without_udp_header()},
  };
  for (const Row& one_row : rows) {
    SCOPED_TRACE(reason_name(one_row.reason));
    grant(one_row.reason, 1);
    const Outcome outcome = gate_->run(one_row.frame);
    EXPECT_EQ(outcome.counted, reason_name(one_row.reason));
    const sipward_packet_event event = one();
    EXPECT_EQ(event.reason, one_row.reason);
    EXPECT_EQ(event.dropped != 0, outcome.action == XDP_DROP);
    EXPECT_EQ(event.proto, one_row.proto);
    EXPECT_TRUE(std::equal(one_row.frame.begin(), one_row.frame.end(), event.frame));
  }
}

TEST_F(Told, OfAFrameAsMuchAsFits) {
  use(Mode::kEnforce);
  grant(SIPWARD_REASON_UNBOUND, 1'000);
  for (const std::size_t payload : {0, 1, 117, 118, 119, 1'000, 3'600, 8'900}) {
    const Frame frame = from_ue4(std::string(payload, 'x'));
    gate_->run(frame);
    const sipward_packet_event event = one();
    const std::size_t fits = std::min<std::size_t>(frame.size(), SIPWARD_EVENT_FRAME);
    EXPECT_EQ(event.frame_octets, frame.size());
    ASSERT_EQ(event.captured, fits);
    EXPECT_TRUE(std::equal(event.frame, event.frame + fits, frame.begin()));
    EXPECT_TRUE(std::all_of(event.frame + fits, std::end(event.frame), [](std::uint8_t octet) {
      return octet == 0;
    })) << "nothing of what the ring held before";
  }
}

TEST_F(Told, BehindNineVlanTagsNobodyKnowsWhoIsMeant) {
  use(Mode::kEnforce);
  grant(SIPWARD_REASON_VLAN_DEPTH, 1);
  Packet deep = from_ue4(kMessage);
  for (int i = 0; i < 9; ++i) deep.vlan(static_cast<std::uint16_t>(i + 1));
  gate_->run(deep);
  const sipward_packet_event event = one();
  EXPECT_EQ(event.entered.vlan, 1);
  EXPECT_EQ(event.source_port, 0);
  EXPECT_EQ(event.proto, 0);
}

TEST_F(Told, WhatTheRingHasNoRoomForIsCounted) {
  constexpr std::uint32_t kRuns = 6'000;  // a mebibyte holds some 4,200
  use(Mode::kEnforce);
  grant(SIPWARD_REASON_UNBOUND, kRuns);
  gate_->repeat(from_ue4(kMessage), kRuns);
  const std::uint64_t lost = gate_->pulse().words().events_lost;
  const std::size_t told = drain().size();
  EXPECT_GT(lost, 0U);
  EXPECT_GT(told, 4'000U);
  EXPECT_EQ(told + lost, kRuns);
  EXPECT_EQ(gate_->packets("unbound"), kRuns) << "they are counted all the same";
  grant(SIPWARD_REASON_UNBOUND, 1);
  gate_->run(from_ue4(kMessage));
  EXPECT_EQ(drain().size(), 1U) << "there is room again";
}

TEST_F(Told, IsWhatBecameOfAPacketThatCouldNotBeTagged) {
  use(Mode::kEnforce);
  install(*gate_, {row({})});
  grant(SIPWARD_REASON_TAG_FAILED, 1);
  gate_->repeat(from_ue4(kMessage), 200);
  const sipward_packet_event event = one();
  EXPECT_EQ(event.reason, std::uint32_t{SIPWARD_REASON_TAG_FAILED});
  EXPECT_EQ(event.dropped, 1U);
}

INSTANTIATE_TEST_SUITE_P(InBothModes, Told, testing::ValuesIn(kBothModes),
                         [](const auto& mode) { return std::string(mode_name(mode.param)); });

}  // namespace
}  // namespace sipward::test
