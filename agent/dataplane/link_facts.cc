// SPDX-License-Identifier: Apache-2.0
#include "agent/dataplane/link_facts.h"

#include <linux/rtnetlink.h>
#include <net/if.h>

#include "agent/dataplane/netlink_request.h"

namespace sipward::dataplane {

std::optional<LinkFacts> parse_link(std::string_view body) {
  const auto header = read_octets<ifinfomsg>(body);
  if (!header) return std::nullopt;
  const std::string_view attributes = body.substr(sizeof(ifinfomsg));
  LinkFacts link;
  link.index = static_cast<std::uint32_t>(header->ifi_index);
  link.up = (header->ifi_flags & IFF_UP) != 0;
  link.name = read_text(find_attribute(attributes, IFLA_IFNAME));
  if (link.name.empty()) return std::nullopt;
  const auto number = [&](std::uint16_t type) {
    return read_octets<std::uint32_t>(find_attribute(attributes, type)).value_or(0);
  };
  link.mtu = number(IFLA_MTU);
  link.master = number(IFLA_MASTER);
  // With IFLA_LINK_NETNSID the number is one of another namespace: a veth's peer, mostly.
  if (!find_attribute(attributes, IFLA_LINK_NETNSID)) link.parent = number(IFLA_LINK);
  const auto info = find_attribute(attributes, IFLA_LINKINFO).value_or("");
  link.kind = read_text(find_attribute(info, IFLA_INFO_KIND));
  link.port_of_kind = read_text(find_attribute(info, IFLA_INFO_SLAVE_KIND));
  return link;
}

std::vector<LinkFacts> read_links() {
  std::vector<LinkFacts> links;
  NetlinkRequest request(RTM_GETLINK, NLM_F_DUMP);
  request.header(ifinfomsg{});
  ask_kernel(NETLINK_ROUTE, request, [&](std::uint16_t type, std::string_view body) {
    if (type != RTM_NEWLINK) return;
    if (auto link = parse_link(body)) links.push_back(*std::move(link));
  });
  return links;
}

}  // namespace sipward::dataplane
