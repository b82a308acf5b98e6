// SPDX-License-Identifier: Apache-2.0
#include "agent/dataplane/netlink_request.h"

#include <gtest/gtest.h>
#include <linux/rtnetlink.h>

#include <cerrno>

namespace sipward::dataplane {
namespace {

using namespace std::literals;

/// Attributes as a request writes them.
std::string attributes_of(NetlinkRequest& request) {
  return request.octets().substr(sizeof(nlmsghdr));
}

TEST(Netlink, FindsAttributesAmongOthers) {
  NetlinkRequest request(1, 0);
  request.attribute(3, "odd").attribute(7, "\x2a\0\0\0"sv).attribute(7, "later");
  const std::string octets = attributes_of(request);
  EXPECT_EQ(find_attribute(octets, 3), "odd");
  EXPECT_EQ(read_octets<std::uint32_t>(find_attribute(octets, 7)), 42U);
  EXPECT_EQ(find_attribute(octets, 5), std::nullopt);
  EXPECT_EQ(find_attribute("", 3), std::nullopt);
}

TEST(Netlink, StopsAtAttributesThatLieAboutTheirLength) {
  const struct {
    const char* name;
    std::string octets;
  } rows[] = {{"shorter than its head", "\3\0\1\0abcd"s},
              {"of no length", "\0\0\1\0abcd"s},
              {"longer than all", "\x40\0\1\0abcd"s},
              {"half a head", "\x08\0\1"s}};
  for (const auto& row : rows) {
    EXPECT_EQ(find_attribute(row.octets, 1), std::nullopt) << row.name;
    EXPECT_EQ(find_attribute(row.octets, 0), std::nullopt) << row.name;
  }
}

TEST(Netlink, ReadsNoNumberFromTooFewOctets) {
  EXPECT_EQ(read_octets<std::uint32_t>("abc"), std::nullopt);
  EXPECT_EQ(read_octets<std::uint32_t>(std::nullopt), std::nullopt);
}

TEST(Netlink, TextEndsAtItsZero) {
  EXPECT_EQ(read_text("eth1\0"sv), "eth1");
  EXPECT_EQ(read_text("eth1"sv), "eth1");
  EXPECT_EQ(read_text(std::nullopt), "");
}

TEST(Netlink, AsksTheKernel) {
  NetlinkRequest dump(RTM_GETLINK, NLM_F_DUMP);
  dump.header(ifinfomsg{});
  int links = 0;
  EXPECT_TRUE(ask_kernel(NETLINK_ROUTE, dump, [&](std::uint16_t type, std::string_view) {
    links += type == RTM_NEWLINK;
  }));
  EXPECT_GT(links, 0) << "there is lo at least";
}

TEST(Netlink, SaysWhyTheKernelRefuses) {
  NetlinkRequest one(RTM_GETLINK, 0);
  ifinfomsg header{};
  header.ifi_index = 0x7fffffff;
  one.header(header);
  EXPECT_FALSE(ask_kernel(NETLINK_ROUTE, one, [](std::uint16_t, std::string_view) {}));
  EXPECT_EQ(errno, ENODEV);
}

}  // namespace
}  // namespace sipward::dataplane
