// SPDX-License-Identifier: Apache-2.0
#include "agent/dataplane/netlink_messages.h"

#include <linux/nexthop.h>
#include <linux/rtnetlink.h>
#include <net/if.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace sipward::dataplane {

namespace {

std::optional<sip::IpAddress> ip_of(Octets octets) {
  return sip::IpAddress::from_bytes(
      {reinterpret_cast<const std::uint8_t*>(octets.data()), octets.size()});
}

/// Whether frames of the upper interface are seen on the lower one as they are: not so of tunnels,
/// and the IFLA_LINK of a veth is its peer.
bool lies_upon_another(std::string_view kind) {
  constexpr std::array<std::string_view, 4> kKinds = {"vlan", "macvlan", "macvtap", "ipvlan"};
  return std::ranges::find(kKinds, kind) != kKinds.end();
}

/// The prefix of a route without RTA_DST is of length 0, so all zeros.
std::optional<sip::IpPrefix> prefix_of(const rtmsg& route, Octets destination) {
  const std::size_t octets = route.rtm_family == AF_INET ? 4 : 16;
  const std::array<std::byte, 16> zeros{};
  if (destination.empty() && route.rtm_dst_len == 0) destination = Octets(zeros).first(octets);
  const auto ip = destination.size() == octets ? ip_of(destination) : std::nullopt;
  if (!ip || ip->bytes().size() != octets || route.rtm_dst_len > octets * 8) return std::nullopt;
  return sip::IpPrefix{.ip = *ip, .length = route.rtm_dst_len};
}

bool read_multipath(Octets rest, std::vector<std::uint32_t>& interfaces) {
  while (const auto hop = read_as<rtnexthop>(rest)) {
    if (hop->rtnh_len < sizeof(rtnexthop) || hop->rtnh_len > rest.size()) return false;
    if ((hop->rtnh_flags & RTNH_F_DEAD) == 0) {
      interfaces.push_back(static_cast<std::uint32_t>(hop->rtnh_ifindex));
    }
    rest = behind(rest, hop->rtnh_len);
  }
  return rest.empty();
}

std::vector<std::uint32_t> read_group(Octets rest) {
  std::vector<std::uint32_t> ids;
  while (const auto member = read_as<nexthop_grp>(rest)) {
    ids.push_back(member->id);
    rest = rest.subspan(sizeof(nexthop_grp));
  }
  return ids;
}

/// False: malformed.
bool read_route_attributes(Octets body, RouteMessage& route, Octets& destination) {
  bool sound = true;
  const bool whole = each_attribute<rtmsg>(body, [&](const NetlinkAttribute& attribute) {
    switch (attribute.type) {
      case RTA_DST:
        destination = attribute.value;
        break;
      case RTA_TABLE:
        route.table = read_number(attribute.value);
        break;
      case RTA_PRIORITY:
        route.metric = read_number(attribute.value);
        break;
      case RTA_OIF:
        route.interfaces.push_back(read_number(attribute.value));
        break;
      case RTA_MULTIPATH:
        sound = sound && read_multipath(attribute.value, route.interfaces);
        break;
      case RTA_NH_ID:
        route.nexthop = read_number(attribute.value);
        break;
      default:
        break;
    }
  });
  return whole && sound;
}

void read_link_attribute(const NetlinkAttribute& attribute, Link& link) {
  switch (attribute.type) {
    case IFLA_IFNAME:
      link.name = read_text(attribute.value);
      break;
    case IFLA_MTU:
      link.mtu = read_number(attribute.value);
      break;
    case IFLA_MASTER:
      link.master = read_number(attribute.value);
      break;
    case IFLA_LINK:
      link.parent = read_number(attribute.value);
      break;
    case IFLA_LINKINFO:
      link.kind = read_text(find_attribute(attribute.value, IFLA_INFO_KIND));
      link.port_of_kind = read_text(find_attribute(attribute.value, IFLA_INFO_SLAVE_KIND));
      break;
    default:
      break;
  }
}

bool is_taken(const rtmsg& route) {
  return (route.rtm_family == AF_INET || route.rtm_family == AF_INET6) &&
         (route.rtm_flags & RTM_F_CLONED) == 0 && route.rtm_tos == 0;
}

}  // namespace

std::optional<Link> parse_link(Octets body) {
  const auto header = read_as<ifinfomsg>(body);
  if (!header || header->ifi_index <= 0) return std::nullopt;
  Link link{.ifindex = static_cast<std::uint32_t>(header->ifi_index),
            .up = (header->ifi_flags & IFF_UP) != 0};
  bool parent_is_elsewhere = false;
  const bool whole = each_attribute<ifinfomsg>(body, [&](const NetlinkAttribute& attribute) {
    if (attribute.type == IFLA_LINK_NETNSID) parent_is_elsewhere = true;
    read_link_attribute(attribute, link);
  });
  if (!whole || link.name.empty()) return std::nullopt;
  // With IFLA_LINK_NETNSID the number is one of another namespace: a veth's peer, mostly.
  if (parent_is_elsewhere) link.parent = 0;
  if (lies_upon_another(link.kind)) link.lower = link.parent;
  return link;
}

std::optional<sip::IpAddress> parse_address(Octets body) {
  const auto header = read_as<ifaddrmsg>(body);
  if (!header) return std::nullopt;
  std::uint32_t flags = header->ifa_flags;
  Octets address;
  Octets local;  // differs from it on a point-to-point link, where IFA_ADDRESS is the peer's
  const bool whole = each_attribute<ifaddrmsg>(body, [&](const NetlinkAttribute& attribute) {
    if (attribute.type == IFA_ADDRESS) address = attribute.value;
    if (attribute.type == IFA_LOCAL) local = attribute.value;
    if (attribute.type == IFA_FLAGS) flags = read_number(attribute.value);
  });
  if (!whole || (flags & IFA_F_DADFAILED) != 0) return std::nullopt;
  return ip_of(local.empty() ? address : local);
}

std::optional<RouteMessage> parse_route(Octets body) {
  const auto header = read_as<rtmsg>(body);
  if (!header || !is_taken(*header)) return std::nullopt;
  RouteMessage route{.table = header->rtm_table, .type = header->rtm_type};
  Octets destination;
  if (!read_route_attributes(body, route, destination)) return std::nullopt;
  const auto prefix = prefix_of(*header, destination);
  if (!prefix) return std::nullopt;
  route.prefix = *prefix;
  if ((header->rtm_flags & RTNH_F_DEAD) != 0) route.interfaces.clear();
  return route;
}

std::optional<NexthopMessage> parse_nexthop(Octets body) {
  const auto header = read_as<nhmsg>(body);
  if (!header) return std::nullopt;
  NexthopMessage nexthop;
  const bool whole = each_attribute<nhmsg>(body, [&](const NetlinkAttribute& attribute) {
    if (attribute.type == NHA_ID) nexthop.id = read_number(attribute.value);
    if (attribute.type == NHA_OIF) nexthop.interface = read_number(attribute.value);
    if (attribute.type == NHA_BLACKHOLE) nexthop.blackhole = true;
    if (attribute.type == NHA_GROUP) nexthop.group = read_group(attribute.value);
  });
  if (!whole || nexthop.id == 0) return std::nullopt;
  if ((header->nh_flags & RTNH_F_DEAD) != 0) nexthop.interface = 0;
  return nexthop;
}

}  // namespace sipward::dataplane
