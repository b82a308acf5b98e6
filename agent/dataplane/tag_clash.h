// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/dataplane/netlink_octets.h"

namespace sipward::dataplane {

/// A filter on the ingress side of a clsact qdisc.
struct IngressFilter {
  std::uint32_t priority = 0;
  std::uint16_t protocol = 0;  ///< ETH_P_ALL, ...
  std::uint32_t handle = 0;
  std::string kind;           ///< `bpf`, `flower`
  std::uint32_t program = 0;  ///< of a bpf filter: its program's id
  std::string name;           ///< of a bpf filter: what it is called

  [[nodiscard]] std::string text() const;  ///< `flower, priority 1, handle 0x1`
};

/// An RTM_NEWTFILTER message after its netlink header; nullopt also for what is only the head of a
/// chain.
[[nodiscard]] std::optional<IngressFilter> parse_filter(Octets body);
inline constexpr std::size_t kMaxIngressFilters = 65'536;
/// Those of the highest priorities, kMaxIngressFilters at most.
[[nodiscard]] std::vector<IngressFilter> read_ingress_filters(std::uint32_t ifindex);
/// Ours, by its place and its name: libbpf calls a filter "PROGRAM:[ID]". There is nothing else to
/// tell it by when whoever put it there was killed before it pinned the program.
[[nodiscard]] bool has_our_name(const IngressFilter& filter);
/// The filter that is in the way of our tag program's. `ours`: id of the program of ours that may
/// hang there already; 0: none does.
[[nodiscard]] std::optional<IngressFilter> find_tag_clash(const std::vector<IngressFilter>& filters,
                                                          std::uint32_t ours);

}  // namespace sipward::dataplane
