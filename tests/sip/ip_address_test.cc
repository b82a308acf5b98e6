// SPDX-License-Identifier: Apache-2.0
#include "sip/ip_address.h"

#include <gtest/gtest.h>

#include <array>
#include <unordered_set>

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
  for (const std::string text :
       {"", "192.0.2", "192.0.2.256", "192.0.2.1 ", "01.2.3.4.5", "[::1]", "::1%eth0", "1::2::3",
        "alice", "192.0.2.1\n", "192.0.2.01", "0x7f.1", "127.1", "2001:db8:1:2:3:4:5:6:7"}) {
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

TEST(Endpoint, HashFollowsEquality) {
  const std::unordered_set<Endpoint> endpoints = {
      *Endpoint::parse("192.0.2.1:5060"), *Endpoint::parse("[::ffff:192.0.2.1]:5060"),
      *Endpoint::parse("192.0.2.1:5061"), *Endpoint::parse("[2001:db8::1]:5060"),
      *Endpoint::parse("[2001:DB8:0::1]:5060")};
  EXPECT_EQ(endpoints.size(), 3U);
  const std::unordered_set<IpAddress> addresses = {
      *IpAddress::parse("0.0.0.0"), *IpAddress::parse("::"), *IpAddress::parse("::ffff:0.0.0.0")};
  EXPECT_EQ(addresses.size(), 2U);
}

TEST(IpAddress, UnspecifiedIsAllZero) {
  EXPECT_TRUE(IpAddress().is_unspecified());
  EXPECT_TRUE(IpAddress::parse("::")->is_unspecified());
  EXPECT_FALSE(IpAddress::parse("::1")->is_unspecified());
  EXPECT_FALSE(IpAddress::parse("0.0.0.1")->is_unspecified());
}

}  // namespace
}  // namespace sipward::sip
