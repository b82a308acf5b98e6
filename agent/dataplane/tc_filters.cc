// SPDX-License-Identifier: Apache-2.0
#include "agent/dataplane/tc_filters.h"

#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <optional>

#include "agent/dataplane/descriptor.h"

namespace sipward::dataplane {

namespace {

struct Request {
  nlmsghdr header;
  tcmsg filter;
};

Request make_request(std::uint32_t ifindex, std::uint32_t parent) {
  Request request{};
  request.header.nlmsg_len = sizeof(request);
  request.header.nlmsg_type = RTM_GETTFILTER;
  request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  request.filter.tcm_family = AF_UNSPEC;
  request.filter.tcm_ifindex = static_cast<int>(ifindex);
  request.filter.tcm_parent = parent;
  return request;
}

/// One datagram of the answer: a filter is there, the end, or nullopt: read on.
std::optional<bool> find_filter(const std::byte* buffer, std::size_t length) {
  const auto* message = reinterpret_cast<const nlmsghdr*>(buffer);
  for (; NLMSG_OK(message, length); message = NLMSG_NEXT(message, length)) {
    if (message->nlmsg_type == NLMSG_DONE) return false;
    return true;  // a filter, or an error: then nobody knows
  }
  return std::nullopt;
}

bool has_filter(std::uint32_t ifindex, std::uint32_t parent) {
  const Descriptor netlink{::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE)};
  const Request request = make_request(ifindex, parent);
  if (!netlink || ::send(netlink.get(), &request, sizeof(request), 0) < 0) return true;
  alignas(nlmsghdr) std::array<std::byte, 32'768> buffer{};
  while (true) {
    const ssize_t length = ::recv(netlink.get(), buffer.data(), buffer.size(), 0);
    if (length <= 0) return true;
    const auto found = find_filter(buffer.data(), static_cast<std::size_t>(length));
    if (found) return *found;
  }
}

}  // namespace

bool has_clsact_filters(std::uint32_t ifindex) {
  return has_filter(ifindex, TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS)) ||
         has_filter(ifindex, TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_EGRESS));
}

}  // namespace sipward::dataplane
