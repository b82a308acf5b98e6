// SPDX-License-Identifier: Apache-2.0
#include "agent/dataplane/netlink_octets.h"

#include <gtest/gtest.h>

#include <string_view>

#include "agent/dataplane/netlink_request.h"

namespace sipward::dataplane {
namespace {

using namespace std::literals;

Octets octets(std::string_view text) { return std::as_bytes(std::span(text)); }

TEST(NetlinkOctets, AttributesAreFoundAmongOthers) {
  NetlinkRequest request(1, 0);
  request.attribute(3, octets("odd")).attribute(7, octets("\x2a\0\0\0"sv));
  request.attribute(7, octets("later"));
  const auto message = request.octets();
  const Octets attributes = behind(message, sizeof(nlmsghdr));
  EXPECT_EQ(read_text(find_attribute(attributes, 3)), "odd");
  EXPECT_EQ(read_number(find_attribute(attributes, 7)), 42U);
  EXPECT_TRUE(find_attribute(attributes, 5).empty());
  EXPECT_TRUE(find_attribute({}, 3).empty());
}

TEST(NetlinkOctets, AttributesThatLieAboutTheirLengthAreTheEnd) {
  const struct {
    const char* name;
    std::string_view octets;
  } rows[] = {{"shorter than its head", "\3\0\1\0abcd"sv},
              {"of no length", "\0\0\1\0abcd"sv},
              {"longer than all", "\x40\0\1\0abcd"sv},
              {"half a head", "\x08\0\1"sv}};
  for (const auto& row : rows) {
    EXPECT_TRUE(find_attribute(octets(row.octets), 1).empty()) << row.name;
    EXPECT_TRUE(find_attribute(octets(row.octets), 0).empty()) << row.name;
  }
}

TEST(NetlinkOctets, NoNumberIsReadFromTooFew) {
  EXPECT_EQ(read_as<std::uint32_t>(octets("abc")), std::nullopt);
  EXPECT_EQ(read_as<std::uint32_t>({}), std::nullopt);
  EXPECT_EQ(read_number(octets("abc")), 0U);
}

TEST(NetlinkOctets, TextEndsAtItsZero) {
  EXPECT_EQ(read_text(octets("eth1\0"sv)), "eth1");
  EXPECT_EQ(read_text(octets("eth1"sv)), "eth1");
  EXPECT_EQ(read_text({}), "");
}

}  // namespace
}  // namespace sipward::dataplane
