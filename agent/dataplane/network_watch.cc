// SPDX-License-Identifier: Apache-2.0
#include "agent/dataplane/network_watch.h"

#include <fmt/format.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>

#include "agent/dataplane/netlink_request.h"
#include "agent/dataplane/pins.h"

namespace sipward::dataplane {

namespace {

using Changes = NetworkWatch::Changes;

constexpr int kGroups[] = {RTNLGRP_LINK,       RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR,
                           RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV6_ROUTE,  RTNLGRP_NEXTHOP};
constexpr Changes kAll{.links = true, .addresses = true, .routes = true};

bool join(int socket, int group) {
  return ::setsockopt(socket, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)) == 0 ||
         group == RTNLGRP_NEXTHOP;  // since 5.3
}

/// The kernel tells nothing to a socket without an address.
bool bind_any(int socket) {
  sockaddr_nl any{};
  any.nl_family = AF_NETLINK;
  return ::bind(socket, reinterpret_cast<const sockaddr*>(&any), sizeof(any)) == 0;
}

Changes operator|(const Changes& one, const Changes& other) {
  return {.links = one.links || other.links,
          .addresses = one.addresses || other.addresses,
          .routes = one.routes || other.routes};
}

Changes changes_of(std::uint16_t type) {
  switch (type) {
    case RTM_NEWLINK:
    case RTM_DELLINK:
      return {.links = true, .routes = true};
    case RTM_NEWADDR:
    case RTM_DELADDR:
      return {.addresses = true, .routes = true};
    case RTM_NEWROUTE:
    case RTM_DELROUTE:
    case RTM_NEWNEXTHOP:
    case RTM_DELNEXTHOP:
      return {.routes = true};
    default:
      return {};
  }
}

Changes changes_in(const NetlinkDatagram& datagram) {
  Changes changes;
  Octets rest = datagram.octets;
  while (const auto message = next_message(rest)) {
    changes = changes | changes_of(message->header.nlmsg_type);
  }
  return datagram.cut || !rest.empty() ? kAll : changes;
}

}  // namespace

sip::Result<NetworkWatch, std::string> NetworkWatch::open() {
  Descriptor socket = open_netlink(NETLINK_ROUTE);
  bool joined = socket && bind_any(socket.get());
  for (const int group : kGroups) joined = joined && join(socket.get(), group);
  if (!joined) return fmt::format("cannot watch the network: {}", errno_text(errno));
  return NetworkWatch{std::move(socket)};
}

Changes NetworkWatch::read() {
  Changes changes;
  std::array<std::byte, kNetlinkBuffer> buffer{};
  for (int reads = 0; reads < kMaxReads; ++reads) {
    const auto datagram = receive_netlink(socket_.get(), buffer, MSG_DONTWAIT);
    if (datagram) {
      changes = changes | changes_in(*datagram);
    } else if (errno == ENOBUFS) {
      changes = kAll;
    } else {
      return errno == EAGAIN ? changes : kAll;
    }
  }
  return changes;
}

}  // namespace sipward::dataplane
