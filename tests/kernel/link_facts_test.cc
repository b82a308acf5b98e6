// SPDX-License-Identifier: Apache-2.0
#include "agent/dataplane/link_facts.h"

#include <gtest/gtest.h>
#include <linux/rtnetlink.h>
#include <net/if.h>

#include <algorithm>

#include "agent/dataplane/netlink_request.h"
#include "tests/kernel/net_lab.h"

namespace sipward::test {
namespace {

using dataplane::LinkFacts;
using dataplane::NetlinkRequest;

std::string_view octets_of(const std::uint32_t& number) {
  return {reinterpret_cast<const char*>(&number), sizeof(number)};
}

/// What the kernel says of a VLAN on interface 3.
NetlinkRequest vlan_message() {
  ifinfomsg header{};
  header.ifi_index = 9;
  header.ifi_flags = IFF_UP;
  NetlinkRequest info(0, 0);
  info.attribute(IFLA_INFO_KIND, "vlan");
  NetlinkRequest message(0, 0);
  message.header(header).attribute(IFLA_IFNAME, {"eth1.7", 7});
  message.attribute(IFLA_MTU, octets_of(1500)).attribute(IFLA_LINK, octets_of(3));
  message.attribute(IFLA_LINKINFO, info.octets().substr(sizeof(nlmsghdr)));
  return message;
}

std::string body_of(const NetlinkRequest& message) {
  return message.octets().substr(sizeof(nlmsghdr));
}

TEST(LinkFacts, Parse) {
  const auto link = dataplane::parse_link(body_of(vlan_message()));
  ASSERT_TRUE(link);
  EXPECT_EQ(link->name, "eth1.7");
  EXPECT_EQ(link->index, 9U);
  EXPECT_TRUE(link->up);
  EXPECT_EQ(link->mtu, 1500U);
  EXPECT_EQ(link->kind, "vlan");
  EXPECT_EQ(link->parent, 3U);
  EXPECT_EQ(link->master, 0U);
  EXPECT_EQ(link->port_of_kind, "");
}

TEST(LinkFacts, AParentInAnotherNamespaceIsNone) {
  NetlinkRequest message = vlan_message();
  message.attribute(IFLA_LINK_NETNSID, octets_of(0));
  EXPECT_EQ(dataplane::parse_link(body_of(message))->parent, 0U);
}

TEST(LinkFacts, WhatHasNoNameIsNoLink) {
  EXPECT_FALSE(dataplane::parse_link(""));
  EXPECT_FALSE(dataplane::parse_link(std::string(sizeof(ifinfomsg), '\0')));
}

TEST(LinkFacts, ReadsThoseOfTheThreadsNamespace) {
  const NetLab lab;
  lab.gate().run([] {
    const auto links = dataplane::read_links();
    const auto found = std::ranges::find(links, "sw0", &LinkFacts::name);
    ASSERT_NE(found, links.end());
    EXPECT_EQ(found->index, if_nametoindex("sw0"));
    EXPECT_EQ(found->kind, "veth");
    EXPECT_EQ(found->mtu, 1500U);
    EXPECT_TRUE(found->up);
    EXPECT_EQ(std::ranges::find(links, "sw1", &LinkFacts::name), links.end());
  });
}

}  // namespace
}  // namespace sipward::test
