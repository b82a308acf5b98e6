// SPDX-License-Identifier: Apache-2.0
#include "agent/dataplane/tc_filters.h"

#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

namespace sipward::dataplane {

namespace {

bool has_filter(std::uint32_t ifindex, std::uint32_t place) {
  bool found = false;
  const auto forget = [&] { found = false; };
  const auto take = [&](const NetlinkMessage&) {
    found = true;
    return false;
  };
  const int error =
      ask_kernel(NETLINK_ROUTE, filter_request(ifindex, place), {.take = take, .start = forget});
  return found || error != 0;
}

}  // namespace

NetlinkRequest filter_request(std::uint32_t ifindex, std::uint32_t place) {
  tcmsg wanted{};
  wanted.tcm_family = AF_UNSPEC;
  wanted.tcm_ifindex = static_cast<int>(ifindex);
  wanted.tcm_parent = place;
  return NetlinkRequest(RTM_GETTFILTER, NLM_F_DUMP).header(wanted);
}

bool has_clsact_filters(std::uint32_t ifindex) {
  return has_filter(ifindex, TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS)) ||
         has_filter(ifindex, TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_EGRESS));
}

}  // namespace sipward::dataplane
