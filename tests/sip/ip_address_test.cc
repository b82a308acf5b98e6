// SPDX-License-Identifier: Apache-2.0
#include "sip/ip_address.h"

#include <gtest/gtest.h>

#include <unordered_set>

#include "sip/flow.h"

namespace sipward::sip {
namespace {

TEST(IpAddress, TextIsCanonical) {
  for (const auto& [text, canonical] : {std::pair{"192.0.2.1", "192.0.2.1"},
                                        {"2001:DB8:0:0::1", "2001:db8::1"},
                                        {"::ffff:192.0.2.1", "192.0.2.1"},
                                        {"::", "::"},
                                        {"0.0.0.0", "0.0.0.0"}}) {
    const auto ip = IpAddress::parse(text);
    ASSERT_TRUE(ip) << text;
    EXPECT_EQ(ip->text(), canonical);
  }
  EXPECT_EQ(IpAddress::parse("2001:db8::1")->host(), "[2001:db8::1]");
  EXPECT_EQ(IpAddress::parse("192.0.2.1")->host(), "192.0.2.1");
}

TEST(IpAddress, MappedAddressIsTheIpv4One) {
  EXPECT_EQ(IpAddress::parse("::ffff:192.0.2.1"), IpAddress::parse("192.0.2.1"));
  EXPECT_TRUE(IpAddress::parse("::ffff:192.0.2.1")->is_v4());
  EXPECT_FALSE(IpAddress::parse("::192.0.2.1")->is_v4());
}

TEST(IpAddress, AnythingElseIsRefused) {
  for (const std::string text : {"", "192.0.2", "192.0.2.256", "192.0.2.1 ", "01.2.3.4.5", "[::1]",
                                 "::1%eth0", "1::2::3", "alice", "192.0.2.1\n"}) {
    EXPECT_FALSE(IpAddress::parse(text)) << text;
  }
  EXPECT_FALSE(IpAddress::parse(std::string("::1\0", 4)));
  EXPECT_FALSE(IpAddress::from_bytes(std::array<std::uint8_t, 5>{}));
}

TEST(Endpoint, IsReadAndWritten) {
  for (const char* text : {"192.0.2.1:5060", "[2001:db8::1]:5061"}) {
    const auto endpoint = Endpoint::parse(text);
    ASSERT_TRUE(endpoint) << text;
    EXPECT_EQ(endpoint->text(), text);
  }
  for (const char* text : {"192.0.2.1", "192.0.2.1:", "192.0.2.1:0", "192.0.2.1:65536",
                           "2001:db8::1:5060", "[2001:db8::1]", "a.example:5060", ":5060"}) {
    EXPECT_FALSE(Endpoint::parse(text)) << text;
  }
}

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
      {.local = other, .remote = there}};
  EXPECT_EQ(flows.size(), 5U);
  EXPECT_EQ((Flow{.local = here, .remote = there}.text()), "udp/203.0.113.7:40001");
}

TEST(Flow, TransportNamesAreReadInAnyCaseAndInternalNever) {
  EXPECT_EQ(parse_transport("UDP"), Transport::kUdp);
  EXPECT_EQ(parse_transport("tls"), Transport::kTls);
  EXPECT_EQ(parse_transport("internal"), std::nullopt);
  EXPECT_EQ(parse_transport("sctp"), std::nullopt);
  EXPECT_FALSE(is_reliable(Transport::kUdp));
  EXPECT_TRUE(is_reliable(Transport::kInternal));
}

}  // namespace
}  // namespace sipward::sip
