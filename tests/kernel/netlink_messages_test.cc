// SPDX-License-Identifier: Apache-2.0
#include "agent/dataplane/netlink_messages.h"

#include <gtest/gtest.h>
#include <linux/nexthop.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/socket.h>

#include <random>
#include <string_view>
#include <vector>

namespace sipward::test {
namespace {

using dataplane::Octets;
using Body = std::vector<std::byte>;

template <class Header>
Body body(const Header& header) {
  const auto octets = std::as_bytes(std::span(&header, 1));
  return {octets.begin(), octets.end()};
}

void add(Body& to, std::uint16_t type, Octets value) {
  rtattr header{};
  header.rta_len = static_cast<unsigned short>(sizeof(header) + value.size());
  header.rta_type = type;
  const auto octets = std::as_bytes(std::span(&header, 1));
  to.insert(to.end(), octets.begin(), octets.end());
  to.insert(to.end(), value.begin(), value.end());
  to.resize((to.size() + 3) / 4 * 4);
}

void add(Body& to, std::uint16_t type, const std::vector<int>& octets) {
  Body value;
  for (const int octet : octets) value.push_back(static_cast<std::byte>(octet));
  add(to, type, Octets(value));
}

void add(Body& to, std::uint16_t type, std::uint32_t number) {
  add(to, type, std::as_bytes(std::span(&number, 1)));
}

void add(Body& to, std::uint16_t type, std::string_view text) {
  add(to, type, std::as_bytes(std::span(text)));
}

/// What the kernel says of a VLAN on interface 3.
Body vlan_message() {
  ifinfomsg header{};
  header.ifi_index = 9;
  header.ifi_flags = IFF_UP;
  Body message = body(header);
  add(message, IFLA_IFNAME, std::string_view("eth1.7", 7));
  add(message, IFLA_MTU, 1500U);
  add(message, IFLA_LINK, 3U);
  Body info;
  add(info, IFLA_INFO_KIND, std::string_view("vlan"));
  add(message, IFLA_LINKINFO, Octets(info));
  return message;
}

TEST(NetlinkMessages, ALinkIsRead) {
  const auto link = dataplane::parse_link(vlan_message());
  ASSERT_TRUE(link);
  EXPECT_EQ(link->name, "eth1.7");
  EXPECT_EQ(link->ifindex, 9U);
  EXPECT_TRUE(link->up);
  EXPECT_EQ(link->mtu, 1500U);
  EXPECT_EQ(link->kind, "vlan");
  EXPECT_EQ(link->parent, 3U);
  EXPECT_EQ(link->lower, 3U);
  EXPECT_EQ(link->master, 0U);
  EXPECT_EQ(link->port_of_kind, "");
}

TEST(NetlinkMessages, AParentInAnotherNamespaceIsNone) {
  Body message = vlan_message();
  add(message, IFLA_LINK_NETNSID, 0U);
  const auto link = dataplane::parse_link(message);
  ASSERT_TRUE(link);
  EXPECT_EQ(link->parent, 0U);
  EXPECT_EQ(link->lower, 0U);
}

TEST(NetlinkMessages, WhatHasNoNameIsNoLink) {
  EXPECT_FALSE(dataplane::parse_link({}));
  EXPECT_FALSE(dataplane::parse_link(Body(sizeof(ifinfomsg))));
  EXPECT_FALSE(dataplane::parse_link(body(ifinfomsg{.ifi_index = 9})));
}

rtmsg route4(unsigned char length) {
  rtmsg header{};
  header.rtm_family = AF_INET;
  header.rtm_dst_len = length;
  header.rtm_table = RT_TABLE_MAIN;
  header.rtm_type = RTN_UNICAST;
  return header;
}

TEST(NetlinkMessages, ARouteIsRead) {
  Body message = body(route4(24));
  add(message, RTA_DST, {10, 1, 2, 0});
  add(message, RTA_OIF, 4U);
  add(message, RTA_PRIORITY, 100U);
  const auto route = dataplane::parse_route(message);
  ASSERT_TRUE(route);
  EXPECT_EQ(route->prefix.text(), "10.1.2.0/24");
  EXPECT_EQ(route->interfaces, std::vector<std::uint32_t>{4});
  EXPECT_EQ(route->metric, 100U);
  EXPECT_EQ(route->table, RT_TABLE_MAIN);
}

struct Case {
  const char* name;
  void (*spoil)(rtmsg& header, std::vector<int>& destination);
};

TEST(NetlinkMessages, ARouteThatIsNoneIsNotTaken) {
  const Case cases[] = {
      {"family", [](rtmsg& h, std::vector<int>&) { h.rtm_family = RTNL_FAMILY_IPMR; }},
      {"cloned", [](rtmsg& h, std::vector<int>&) { h.rtm_flags = RTM_F_CLONED; }},
      {"type of service", [](rtmsg& h, std::vector<int>&) { h.rtm_tos = 8; }},
      {"too long a prefix", [](rtmsg& h, std::vector<int>&) { h.rtm_dst_len = 33; }},
      {"no destination", [](rtmsg&, std::vector<int>& d) { d.clear(); }},
      {"short destination", [](rtmsg&, std::vector<int>& d) { d.pop_back(); }},
      {"destination of IPv6", [](rtmsg&, std::vector<int>& d) { d.resize(16); }},
      {"IPv4-mapped",
       [](rtmsg& h, std::vector<int>& d) {
         h.rtm_family = AF_INET6;
         h.rtm_dst_len = 96;
         d = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0};
       }},
  };
  for (const Case& c : cases) {
    rtmsg header = route4(24);
    std::vector<int> destination = {10, 1, 2, 0};
    c.spoil(header, destination);
    Body message = body(header);
    add(message, RTA_DST, destination);
    EXPECT_FALSE(dataplane::parse_route(message)) << c.name;
  }
}

TEST(NetlinkMessages, DeadNextHopsLeadNowhere) {
  Body hops;
  for (const int ifindex : {3, 4}) {
    rtnexthop hop{};
    hop.rtnh_len = sizeof(hop);
    hop.rtnh_ifindex = ifindex;
    hop.rtnh_flags = ifindex == 3 ? RTNH_F_DEAD : 0;
    const Body octets = body(hop);
    hops.insert(hops.end(), octets.begin(), octets.end());
  }
  Body message = body(route4(0));
  add(message, RTA_MULTIPATH, Octets(hops));
  const auto route = dataplane::parse_route(message);
  ASSERT_TRUE(route);
  EXPECT_EQ(route->prefix.text(), "0.0.0.0/0");
  EXPECT_EQ(route->interfaces, std::vector<std::uint32_t>{4});

  hops.resize(hops.size() - 1);
  message = body(route4(0));
  add(message, RTA_MULTIPATH, Octets(hops));
  EXPECT_FALSE(dataplane::parse_route(message)) << "cut off";
}

TEST(NetlinkMessages, AnAddressIsOurEndOfALink) {
  Body message = body(ifaddrmsg{.ifa_family = AF_INET});
  add(message, IFA_ADDRESS, {10, 0, 0, 2});
  add(message, IFA_LOCAL, {10, 0, 0, 1});
  EXPECT_EQ(dataplane::parse_address(message), sip::IpAddress::parse("10.0.0.1"));
  add(message, IFA_FLAGS, std::uint32_t{IFA_F_DADFAILED});
  EXPECT_FALSE(dataplane::parse_address(message)) << "another host has it";
  EXPECT_FALSE(dataplane::parse_address(body(ifaddrmsg{.ifa_family = AF_INET})));
}

/// Whatever the octets are, reading stays within them (for a build with sanitisers) and ends.
TEST(NetlinkMessages, AnyOctetsCanBeRead) {
  Body whole = body(route4(24));
  add(whole, RTA_DST, {10, 1, 2, 0});
  add(whole, RTA_MULTIPATH, {8, 0, 0, 0, 3, 0, 0, 0, 8, 0, 0, 0, 4, 0, 0, 0});
  add(whole, NHA_GROUP, {1, 0, 0, 0, 0, 0, 0, 0});
  std::mt19937 random(20);
  for (int i = 0; i < 20'000; ++i) {
    Body spoiled(whole.begin(), whole.begin() + static_cast<long>(random() % (whole.size() + 1)));
    for (unsigned n = random() % 4; n > 0 && !spoiled.empty(); --n) {
      spoiled[random() % spoiled.size()] = static_cast<std::byte>(random());
    }
    const auto route = dataplane::parse_route(spoiled);
    EXPECT_TRUE(!route || route->prefix.length <= (route->prefix.ip.is_v4() ? 32 : 128));
    dataplane::parse_link(spoiled);
    dataplane::parse_address(spoiled);
    dataplane::parse_nexthop(spoiled);
  }
}

}  // namespace
}  // namespace sipward::test
