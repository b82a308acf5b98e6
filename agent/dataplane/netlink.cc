// SPDX-License-Identifier: Apache-2.0
#include "agent/dataplane/netlink.h"

#include <fmt/format.h>
#include <linux/nexthop.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <string_view>

#include "agent/dataplane/netlink_messages.h"
#include "agent/dataplane/netlink_request.h"
#include "agent/dataplane/pins.h"
#include "agent/dataplane/route_table.h"

namespace sipward::dataplane {

namespace {

using Error = std::optional<std::string>;

std::string text_of(int error) {
  if (error == ENOSPC) return "there are too many";
  if (error == EBUSY) return "they change faster than they can be read";
  return errno_text(error);
}

Error cannot_read(std::string_view what, int error) {
  if (error == 0) return std::nullopt;
  return fmt::format("cannot read the kernel's {}: {}", what, text_of(error));
}

template <class Header>
NetlinkRequest dump_of(std::uint16_t type, const Header& header) {
  return NetlinkRequest(type, NLM_F_DUMP).header(header);
}

int read_links(std::size_t limit, std::vector<Link>& links) {
  return read_values(dump_of(RTM_GETLINK, ifinfomsg{}), parse_link, limit, links);
}

Error read_links_and_addresses(const NetworkLimits& limits, NetworkFacts& facts) {
  if (const int error = read_links(limits.links, facts.links)) {
    return cannot_read("interfaces", error);
  }
  const int error = read_values(dump_of(RTM_GETADDR, ifaddrmsg{}), parse_address, limits.addresses,
                                facts.addresses);
  std::ranges::sort(facts.addresses);
  return cannot_read("addresses", error);
}

/// Kernels before 5.3 have none, and say EOPNOTSUPP.
Error read_nexthops(std::size_t limit, std::optional<Nexthops>& nexthops) {
  const auto forget = [&] { nexthops.emplace(limit); };
  const auto take = [&](const NetlinkMessage& message) {
    auto nexthop = parse_nexthop(message.body);
    return !nexthop || nexthops->add(*std::move(nexthop));
  };
  const int error =
      ask_kernel(NETLINK_ROUTE, dump_of(RTM_GETNEXTHOP, nhmsg{}), {.take = take, .start = forget});
  return cannot_read("nexthops", error == EOPNOTSUPP ? 0 : error);
}

/// Without IPv6, the kernel answers with the routes of all families.
Error read_routes(int family, std::optional<RouteTable>& table,
                  const std::function<void()>& forget) {
  rtmsg wanted{};
  wanted.rtm_family = static_cast<unsigned char>(family);
  const auto take = [&](const NetlinkMessage& message) {
    auto route = parse_route(message.body);
    if (route && route->prefix.ip.is_v4() == (family == AF_INET)) table->add(*std::move(route));
    return true;
  };
  return cannot_read("routes", ask_kernel(NETLINK_ROUTE, dump_of(RTM_GETROUTE, wanted),
                                          {.take = take, .start = forget}));
}

Error read_routes(const NetworkLimits& limits, NetworkFacts& facts) {
  std::optional<Nexthops> nexthops;
  if (Error error = read_nexthops(limits.nexthops, nexthops)) return error;
  facts.routes_truncated = nexthops->is_truncated();
  for (const int family : {AF_INET, AF_INET6}) {
    std::optional<RouteTable> table;
    if (Error error = read_routes(family, table, [&] { table.emplace(*nexthops, limits); })) {
      return error;
    }
    table->move_to(facts);
  }
  return std::nullopt;
}

}  // namespace

std::vector<Link> read_links() {
  std::vector<Link> links;
  read_links(NetworkLimits{}.links, links);
  return links;
}

sip::Result<NetworkFacts, std::string> read_network(const NetworkLimits& limits) {
  NetworkFacts facts;
  if (Error error = read_links_and_addresses(limits, facts)) return *error;
  if (Error error = read_routes(limits, facts)) return *error;
  return facts;
}

}  // namespace sipward::dataplane
