// SPDX-License-Identifier: Apache-2.0
#include "agent/dataplane/packet_event.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <functional>
#include <vector>

namespace sipward::dataplane {
namespace {

using namespace std::chrono_literals;

void put_ip(__u8 (&to)[16], std::string_view text) {
  std::ranges::fill(to, __u8{0});
  const auto ip = sip::IpAddress::parse(text).value();
  if (ip.is_v4()) to[10] = to[11] = 0xff;
  std::ranges::copy(ip.bytes(), to + (ip.is_v4() ? 12 : 0));
}

sipward_packet_event raw_event() {
  sipward_packet_event raw{};
  raw.at_ns = 5'000'000'123;
  raw.reason = SIPWARD_REASON_UNBOUND;
  raw.dropped = 1;
  raw.entered = {.mac = {2, 0, 0, 0, 0, 9},
                 .slot = 3,
                 .hop_limit = 63,
                 .vlan = 100,
                 .inner_vlan = 7,
                 .noted = 1};
  put_ip(raw.source, "203.0.113.7");
  put_ip(raw.target, "198.51.100.10");
  raw.source_port = 40'001;
  raw.target_port = 5'060;
  raw.proto = 17;
  raw.frame_octets = 700;
  raw.captured = 4;
  std::memcpy(raw.frame, "abcdefgh", 8);
  return raw;
}

std::optional<ims::GateEvent> decode(const sipward_packet_event& raw) {
  return decode_event(std::as_bytes(std::span(&raw, 1)));
}

TEST(DecodeEvent, ReadsEveryField) {
  const auto event = decode(raw_event());
  ASSERT_TRUE(event);
  EXPECT_EQ(event->at.time_since_epoch(), 5'000'000'123ns);
  EXPECT_EQ(event->reason, "unbound");
  EXPECT_EQ(event->verdict, "unbound");
  EXPECT_EQ(event->text, "refused: no row for the source");
  EXPECT_TRUE(event->dropped);
  EXPECT_EQ(event->entered.text(), "slot 3, VLAN 100.7, MAC 02:00:00:00:00:09, hop limit 63");
  EXPECT_EQ(event->source.text(), "203.0.113.7:40001");
  EXPECT_EQ(event->target.text(), "198.51.100.10:5060");
  EXPECT_EQ(event->protocol, 17);
  EXPECT_EQ(event->frame_length, 700U);
  EXPECT_EQ(event->frame, "abcd");
}

TEST(DecodeEvent, ReadsIpv6) {
  sipward_packet_event raw = raw_event();
  put_ip(raw.source, "2001:db8:7::7");
  const auto event = decode(raw);
  ASSERT_TRUE(event);
  EXPECT_EQ(event->source.text(), "[2001:db8:7::7]:40001");
}

struct OddEvent {
  const char* name;
  std::function<void(sipward_packet_event&)> change;
  bool expected;
};
class DecodeOddEvent : public testing::TestWithParam<OddEvent> {};

TEST_P(DecodeOddEvent, KnowsItsLimits) {
  sipward_packet_event raw = raw_event();
  GetParam().change(raw);
  EXPECT_EQ(decode(raw).has_value(), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, DecodeOddEvent,
    testing::Values(
        OddEvent{"LastReason", [](auto& raw) { raw.reason = SIPWARD_REASON_COUNT - 1; }, true},
        OddEvent{"NoReason", [](auto& raw) { raw.reason = SIPWARD_REASON_COUNT; }, false},
        OddEvent{"WholeFrame", [](auto& raw) { raw.captured = SIPWARD_EVENT_FRAME; }, true},
        OddEvent{"MoreThanTheFrame", [](auto& raw) { raw.captured = SIPWARD_EVENT_FRAME + 1; },
                 false},
        OddEvent{"NothingCaptured", [](auto& raw) { raw.captured = 0; }, true}),
    [](const auto& row) { return row.param.name; });

TEST(DecodeEvent, RefusesOtherSizes) {
  const std::vector<std::byte> octets(sizeof(sipward_packet_event) + 1);
  for (const std::size_t size : {std::size_t{0}, octets.size() - 2, octets.size()}) {
    EXPECT_FALSE(decode_event(std::span(octets).first(size))) << size;
  }
}

TEST(FillEventTokens, GivesNoneToWhatIsNoNews) {
  sipward_pulse pulse{};
  pulse.event_tokens[SIPWARD_REASON_BOUND] = 9;
  pulse.event_tokens[SIPWARD_REASON_UNBOUND] = 9;
  fill_event_tokens(pulse, 5);
  for (std::uint32_t reason = 0; reason < SIPWARD_REASON_COUNT; ++reason) {
    const bool silent = reason == SIPWARD_REASON_BOUND || reason == SIPWARD_REASON_FLOW_SEGMENT ||
                        reason == SIPWARD_REASON_FRAGMENT_ADMITTED;
    EXPECT_EQ(pulse.event_tokens[reason], silent ? 0U : 5U) << reason;
  }
}

}  // namespace
}  // namespace sipward::dataplane
