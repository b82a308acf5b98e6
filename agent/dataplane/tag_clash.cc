// SPDX-License-Identifier: Apache-2.0
#include "agent/dataplane/tag_clash.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>

#include "agent/dataplane/hook.h"
#include "agent/dataplane/netlink_request.h"

namespace sipward::dataplane {

namespace {

constexpr std::uint32_t kProtocolBits = 16;

}  // namespace

std::string IngressFilter::text() const {
  return fmt::format("{}, priority {}, handle {:#x}", kind, priority, handle);
}

std::optional<IngressFilter> parse_filter(std::string_view body) {
  const auto header = read_octets<tcmsg>(body);
  if (!header || header->tcm_handle == 0) return std::nullopt;
  const std::string_view attributes = body.substr(sizeof(tcmsg));
  IngressFilter filter;
  filter.priority = header->tcm_info >> kProtocolBits;
  filter.protocol = ntohs(static_cast<std::uint16_t>(header->tcm_info));
  filter.handle = header->tcm_handle;
  filter.kind = read_text(find_attribute(attributes, TCA_KIND));
  if (filter.kind == "bpf") {
    const auto options = find_attribute(attributes, TCA_OPTIONS).value_or("");
    filter.program = read_octets<std::uint32_t>(find_attribute(options, TCA_BPF_ID)).value_or(0);
    filter.name = read_text(find_attribute(options, TCA_BPF_NAME));
  }
  return filter;
}

std::vector<IngressFilter> read_ingress_filters(std::uint32_t ifindex) {
  std::vector<IngressFilter> filters;
  tcmsg header{};
  header.tcm_family = AF_UNSPEC;
  header.tcm_ifindex = static_cast<int>(ifindex);
  header.tcm_parent = TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS);
  NetlinkRequest request(RTM_GETTFILTER, NLM_F_DUMP);
  request.header(header);
  ask_kernel(NETLINK_ROUTE, request, [&](std::uint16_t type, std::string_view body) {
    if (type != RTM_NEWTFILTER) return;
    if (auto filter = parse_filter(body)) filters.push_back(*std::move(filter));
  });
  return filters;
}

bool has_our_name(const IngressFilter& filter) {
  return filter.priority == kTagPriority && filter.handle == kTagHandle &&
         filter.name.starts_with("sipward_tag:");
}

std::optional<IngressFilter> find_tag_clash(const std::vector<IngressFilter>& filters,
                                            std::uint32_t ours) {
  for (const IngressFilter& filter : filters) {
    if (filter.priority != kTagPriority) continue;
    if ((ours != 0 && filter.program == ours) || has_our_name(filter)) continue;
    // One priority has filters of one kind and protocol; another handle of the same is no clash.
    const bool alike = filter.kind == "bpf" && filter.protocol == ETH_P_ALL;
    if (!alike || filter.handle == kTagHandle) return filter;
  }
  return std::nullopt;
}

}  // namespace sipward::dataplane
