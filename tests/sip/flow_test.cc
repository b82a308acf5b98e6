// SPDX-License-Identifier: Apache-2.0
#include "sip/flow.h"

#include <gtest/gtest.h>

#include <unordered_set>

namespace sipward::sip {
namespace {

TEST(Flow, EveryPartTellsFlowsApart) {
  const Endpoint here = *Endpoint::parse("198.51.100.10:5060");
  const Endpoint there = *Endpoint::parse("203.0.113.7:40001");
  const Endpoint other = *Endpoint::parse("203.0.113.7:40002");
  const std::unordered_set<Flow> flows = {
      {.local = here, .remote = there},
      {.local = here, .remote = there},
      {.transport = Transport::kTcp, .local = here, .remote = there},
      {.transport = Transport::kTcp, .local = here, .remote = there, .connection = 1},
      {.local = here, .remote = other},
      {.local = other, .remote = there},
      {.local = there, .remote = here}};
  EXPECT_EQ(flows.size(), 6U);
}

TEST(Flow, TextNamesTransportAndRemoteEnd) {
  EXPECT_EQ((Flow{.remote = *Endpoint::parse("203.0.113.7:40001")}.text()),
            "udp/203.0.113.7:40001");
  EXPECT_EQ(
      (Flow{.transport = Transport::kTls, .remote = *Endpoint::parse("[2001:db8::1]:5061")}.text()),
      "tls/[2001:db8::1]:5061");
}

TEST(Transport, NamesAreReadInAnyCaseAndInternalNever) {
  for (const auto transport : {Transport::kUdp, Transport::kTcp, Transport::kTls}) {
    EXPECT_EQ(parse_transport(transport_name(transport)), transport);
  }
  EXPECT_EQ(parse_transport("Tls"), Transport::kTls);
  for (const char* other : {"", "internal", "sctp", "udp ", "tls-sctp"}) {
    EXPECT_EQ(parse_transport(other), std::nullopt) << other;
  }
}

TEST(Transport, OnlyUdpLosesMessages) {
  EXPECT_FALSE(is_reliable(Transport::kUdp));
  for (const auto transport : {Transport::kTcp, Transport::kTls, Transport::kInternal}) {
    EXPECT_TRUE(is_reliable(transport));
  }
}

}  // namespace
}  // namespace sipward::sip
