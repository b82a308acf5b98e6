// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "bpf/abi.h"
#include "sip/ip_address.h"
#include "sip/ip_prefix.h"
#include "sip/result.h"

namespace sipward::dataplane {

/// What the kernel says about one interface.
struct Link {
  std::uint32_t ifindex = 0;
  std::string name;
  bool up = false;  ///< as `ip link set up` made it
  std::uint32_t mtu = 0;
  std::string kind;          ///< `vlan`, `bridge`, `bond`, `veth`; empty: a device
  std::string port_of_kind;  ///< `bond`: it is a port of one
  std::uint32_t master = 0;  ///< the bridge, bond or VRF that it is a port of; 0: none
  std::uint32_t parent = 0;  ///< that it is made upon, in this namespace (of a veth: its peer)
  std::uint32_t lower = 0;   ///< the parent, when it sees the same frames: of a VLAN or macvlan
  bool operator==(const Link&) const = default;
};

enum class RouteKind : std::uint8_t {
  kUnicast,
  kUnreachable,  ///< what is sent there does not leave: blackhole, prohibit, local, broadcast, ...
};

/// Where packets to a prefix leave. The best route, where the kernel has several for one prefix:
/// that of the lowest metric; of all of these when several have it.
struct Route {
  sip::IpPrefix prefix;
  RouteKind kind = RouteKind::kUnicast;
  std::vector<std::uint32_t> interfaces;  ///< ifindexes, sorted; of each next hop that lives
  bool operator==(const Route&) const = default;
};

/// Limits of what is read. The defaults are far beyond what hosts have.
struct NetworkLimits {
  std::size_t links = 65'536;
  std::size_t addresses = 65'536;
  std::size_t prefixes = SIPWARD_MAX_SOURCE_RULES;  ///< of each family
  std::size_t nexthops = 65'536;                    ///< nexthop objects and members of groups
  std::size_t interfaces_of_route = 64;
};

/// What the gate needs to know of the kernel's network configuration.
struct NetworkFacts {
  std::vector<Link> links;
  std::vector<sip::IpAddress> addresses;   ///< of this host, on whatever interface; sorted
  std::vector<sip::IpAddress> broadcasts;  ///< of the subnets it is in; sorted
  std::vector<Route> routes;               ///< one for each prefix, sorted
  bool routes_truncated = false;           ///< some were left out: over a limit
  bool other_tables = false;               ///< there are routes that policy rules choose
};

/// All interfaces of the current network namespace, as far as the kernel tells.
[[nodiscard]] std::vector<Link> read_links();

/// Reads it all, in the current network namespace. Routes are those of the tables local, main and
/// default, which the kernel asks in this order unless policy rules say otherwise; those of other
/// tables, so of VRFs, are not taken, but `other_tables` tells that there are some. Over the limits
/// of links or addresses it is an error, as it is when the kernel's tables never stand still.
sip::Result<NetworkFacts, std::string> read_network(const NetworkLimits& limits = {});

}  // namespace sipward::dataplane
