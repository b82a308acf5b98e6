// SPDX-License-Identifier: Apache-2.0
#include "agent/dataplane/tc_filters.h"

#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include "agent/dataplane/netlink_dump.h"

namespace sipward::dataplane {

namespace {

bool has_filter(std::uint32_t ifindex, std::uint32_t parent) {
  tcmsg wanted{};
  wanted.tcm_family = AF_UNSPEC;
  wanted.tcm_ifindex = static_cast<int>(ifindex);
  wanted.tcm_parent = parent;
  bool found = false;
  const auto forget = [&] { found = false; };
  const auto take = [&](const NetlinkMessage&) {
    found = true;
    return false;
  };
  const int error = dump_netlink(RTM_GETTFILTER, wanted, {.start = forget, .take = take});
  return found || error != 0;
}

}  // namespace

bool has_clsact_filters(std::uint32_t ifindex) {
  return has_filter(ifindex, TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS)) ||
         has_filter(ifindex, TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_EGRESS));
}

}  // namespace sipward::dataplane
