// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "agent/dataplane/netlink.h"
#include "agent/dataplane/netlink_octets.h"
#include "sip/ip_address.h"
#include "sip/ip_prefix.h"

namespace sipward::dataplane {

// The bodies of rtnetlink's messages (rtnetlink(7)) as values. nullopt: malformed, or nothing that
// the gate has a use for.

std::optional<Link> parse_link(Octets body);
/// An address of this host. Not one that another host was found to have (RFC 4862 5.4.5).
std::optional<sip::IpAddress> parse_address(Octets body);

/// One entry of a routing table; several may be for one prefix.
struct RouteMessage {
  sip::IpPrefix prefix;
  std::uint32_t table = 0;
  std::uint32_t metric = 0;
  std::uint8_t type = 0;                  ///< RTN_UNICAST
  std::vector<std::uint32_t> interfaces;  ///< where it leaves, of the next hops that live
  std::uint32_t nexthop = 0;              ///< 0, or the nexthop object that says where
};
/// nullopt also for what a look-up left behind (RTM_F_CLONED), for a route of one type of service
/// only, and for an IPv4-mapped prefix, which no packet has.
std::optional<RouteMessage> parse_route(Octets body);

struct NexthopMessage {
  std::uint32_t id = 0;
  std::uint32_t interface = 0;  ///< 0: none that lives
  bool blackhole = false;
  std::vector<std::uint32_t> group;  ///< other nexthops
};
std::optional<NexthopMessage> parse_nexthop(Octets body);

}  // namespace sipward::dataplane
