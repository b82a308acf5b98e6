// SPDX-License-Identifier: Apache-2.0
#include "agent/scscf/text.h"

#include <gtest/gtest.h>

namespace sipward::scscf {
namespace {

TEST(Text, HostAddresses) {
  EXPECT_EQ(parse_host_address("192.0.2.1"), sip::IpAddress::parse("192.0.2.1"));
  EXPECT_EQ(parse_host_address("[2001:db8::1]"), sip::IpAddress::parse("2001:db8::1"));
  EXPECT_EQ(parse_host_address("2001:DB8:0::1"), sip::IpAddress::parse("2001:db8::1"));
  for (const char* text : {"", "[", "[]", "home1.example", "192.0.2.1:5060", "[192.0.2.1"}) {
    EXPECT_FALSE(parse_host_address(text)) << text;
  }
}

TEST(Text, HexHasSixteenDigits) {
  EXPECT_EQ(hex(0), "0000000000000000");
  EXPECT_EQ(hex(0x1234abcd), "000000001234abcd");
  EXPECT_EQ(hex(~std::uint64_t{0}), "ffffffffffffffff");
}

}  // namespace
}  // namespace sipward::scscf
