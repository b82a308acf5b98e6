// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <unordered_map>
#include <utility>
#include <vector>

#include "agent/dataplane/netlink.h"
#include "agent/dataplane/netlink_messages.h"
#include "sip/ip_prefix.h"

namespace sipward::dataplane {

/// The kernel's nexthop objects, which many routes may share.
class Nexthops {
 public:
  explicit Nexthops(std::size_t limit) : limit_(limit) {}

  /// False: no more, over the limit.
  bool add(NexthopMessage message);
  /// The interfaces of one, or of the members of a group.
  [[nodiscard]] std::vector<std::uint32_t> interfaces_of(std::uint32_t id) const;
  [[nodiscard]] bool is_blackhole(std::uint32_t id) const;
  [[nodiscard]] bool is_truncated() const { return used_ > limit_; }

 private:
  [[nodiscard]] const NexthopMessage* find(std::uint32_t id) const;

  std::size_t limit_;
  std::size_t used_ = 0;
  std::unordered_map<std::uint32_t, NexthopMessage> by_id_;
};

/// The best route of each prefix, out of the entries of the kernel's tables, of one family.
class RouteTable {
 public:
  RouteTable(const Nexthops& nexthops, const NetworkLimits& limits)
      : nexthops_(nexthops), limits_(limits) {}

  /// Over the limits, it is left out.
  void add(RouteMessage message);
  /// Adds what was gathered to `facts`.
  void move_to(NetworkFacts& facts);

 private:
  /// Lower is better: which table is asked first, then the metric.
  using Rank = std::pair<int, std::uint32_t>;
  struct Candidate {
    Rank rank;
    Route route;
  };
  void add_broadcast(const sip::IpAddress& ip);
  void enter(const Rank& rank, Route route);
  [[nodiscard]] Route make_route(RouteMessage message) const;

  const Nexthops& nexthops_;
  const NetworkLimits& limits_;
  std::map<sip::IpPrefix, Candidate> best_;
  std::vector<sip::IpAddress> broadcasts_;
  bool truncated_ = false;
  bool other_tables_ = false;
};

}  // namespace sipward::dataplane
