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

/// The attributes behind a header; false when they are malformed.
template <class Header, class Take>
bool each_attribute(Octets body, const Take& take) {
  Octets rest = behind(body, sizeof(Header));
  while (const auto attribute = next_attribute(rest)) take(*attribute);
  return rest.empty();
}

std::uint32_t number(const NetlinkAttribute& attribute) {
  return read_as<std::uint32_t>(attribute.value).value_or(0);
}

std::string text(const NetlinkAttribute& attribute) {
  const auto* first = reinterpret_cast<const char*>(attribute.value.data());
  return {first, ::strnlen(first, attribute.value.size())};
}

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

std::string kind_of(Octets link_info) {
  std::string kind;
  while (const auto attribute = next_attribute(link_info)) {
    if (attribute->type == IFLA_INFO_KIND) kind = text(*attribute);
  }
  return kind;
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
        route.table = number(attribute);
        break;
      case RTA_PRIORITY:
        route.metric = number(attribute);
        break;
      case RTA_OIF:
        route.interfaces.push_back(number(attribute));
        break;
      case RTA_MULTIPATH:
        sound = sound && read_multipath(attribute.value, route.interfaces);
        break;
      case RTA_NH_ID:
        route.nexthop = number(attribute);
        break;
      default:
        break;
    }
  });
  return whole && sound;
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
  std::uint32_t lower = 0;
  std::string kind;
  bool lower_is_elsewhere = false;
  const bool whole = each_attribute<ifinfomsg>(body, [&](const NetlinkAttribute& attribute) {
    if (attribute.type == IFLA_IFNAME) link.name = text(attribute);
    if (attribute.type == IFLA_MASTER) link.master = number(attribute);
    if (attribute.type == IFLA_LINK) lower = number(attribute);
    if (attribute.type == IFLA_LINK_NETNSID) lower_is_elsewhere = true;
    if (attribute.type == IFLA_LINKINFO) kind = kind_of(attribute.value);
  });
  if (!whole || link.name.empty()) return std::nullopt;
  if (lies_upon_another(kind) && !lower_is_elsewhere) link.lower = lower;
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
    if (attribute.type == IFA_FLAGS) flags = number(attribute);
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
    if (attribute.type == NHA_ID) nexthop.id = number(attribute);
    if (attribute.type == NHA_OIF) nexthop.interface = number(attribute);
    if (attribute.type == NHA_BLACKHOLE) nexthop.blackhole = true;
    if (attribute.type == NHA_GROUP) nexthop.group = read_group(attribute.value);
  });
  if (!whole || nexthop.id == 0) return std::nullopt;
  if ((header->nh_flags & RTNH_F_DEAD) != 0) nexthop.interface = 0;
  return nexthop;
}

}  // namespace sipward::dataplane
