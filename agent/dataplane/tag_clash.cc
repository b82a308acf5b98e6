// SPDX-License-Identifier: Apache-2.0
#include "agent/dataplane/tag_clash.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>

#include "agent/dataplane/hook.h"
#include "agent/dataplane/tc_filters.h"

namespace sipward::dataplane {

namespace {

constexpr std::uint32_t kProtocolBits = 16;

}  // namespace

std::string IngressFilter::text() const {
  return fmt::format("{}, priority {}, handle {:#x}", kind, priority, handle);
}

std::optional<IngressFilter> parse_filter(Octets body) {
  const auto header = read_as<tcmsg>(body);
  if (!header || header->tcm_handle == 0) return std::nullopt;
  const Octets attributes = behind(body, sizeof(tcmsg));
  IngressFilter filter;
  filter.priority = header->tcm_info >> kProtocolBits;
  filter.protocol = ntohs(static_cast<std::uint16_t>(header->tcm_info));
  filter.handle = header->tcm_handle;
  filter.kind = read_text(find_attribute(attributes, TCA_KIND));
  if (filter.kind == "bpf") {
    const Octets options = find_attribute(attributes, TCA_OPTIONS);
    filter.program = read_number(find_attribute(options, TCA_BPF_ID));
    filter.name = read_text(find_attribute(options, TCA_BPF_NAME));
  }
  return filter;
}

std::vector<IngressFilter> read_ingress_filters(std::uint32_t ifindex) {
  std::vector<IngressFilter> filters;
  read_values(filter_request(ifindex, TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS)), parse_filter,
              kMaxIngressFilters, filters);
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
