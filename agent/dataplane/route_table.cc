// SPDX-License-Identifier: Apache-2.0
#include "agent/dataplane/route_table.h"

#include <linux/rtnetlink.h>

#include <algorithm>
#include <optional>

namespace sipward::dataplane {

namespace {

void sort_unique(std::vector<std::uint32_t>& interfaces) {
  std::ranges::sort(interfaces);
  const auto rest = std::ranges::unique(interfaces);
  interfaces.erase(rest.begin(), rest.end());
}

/// In the order in which the kernel asks them; nullopt: only when a policy rule says so.
std::optional<int> order_of(std::uint32_t table) {
  switch (table) {
    case RT_TABLE_LOCAL:
      return 0;
    case RT_TABLE_MAIN:
      return 1;
    case RT_TABLE_DEFAULT:
      return 2;
    default:
      return std::nullopt;
  }
}

}  // namespace

bool Nexthops::add(NexthopMessage message) {
  used_ += 1 + message.group.size();
  if (is_truncated()) return false;
  by_id_[message.id] = std::move(message);
  return true;
}

const NexthopMessage* Nexthops::find(std::uint32_t id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : &found->second;
}

std::vector<std::uint32_t> Nexthops::interfaces_of(std::uint32_t id) const {
  std::vector<std::uint32_t> interfaces;
  const auto add_one = [&](const NexthopMessage* nexthop) {
    if (nexthop != nullptr && nexthop->interface != 0) interfaces.push_back(nexthop->interface);
  };
  const NexthopMessage* nexthop = find(id);
  add_one(nexthop);
  if (nexthop == nullptr) return interfaces;
  for (const std::uint32_t member : nexthop->group) add_one(find(member));
  return interfaces;
}

bool Nexthops::is_blackhole(std::uint32_t id) const {
  const NexthopMessage* nexthop = find(id);
  if (nexthop == nullptr) return false;
  // The kernel takes a blackhole into a group only when it is the group's one member.
  return nexthop->blackhole ||
         (nexthop->group.size() == 1 && nexthop->group[0] != id &&
          find(nexthop->group[0]) != nullptr && find(nexthop->group[0])->blackhole);
}

Route RouteTable::make_route(RouteMessage message) const {
  Route route{.prefix = message.prefix, .kind = RouteKind::kUnreachable};
  if (message.type != RTN_UNICAST || nexthops_.is_blackhole(message.nexthop)) return route;
  route.kind = RouteKind::kUnicast;
  route.interfaces = std::move(message.interfaces);
  // Beside the object, the kernel may also list what it says (nexthop_compat_mode).
  if (route.interfaces.empty()) route.interfaces = nexthops_.interfaces_of(message.nexthop);
  sort_unique(route.interfaces);
  return route;
}

void RouteTable::add(RouteMessage message) {
  const auto order = order_of(message.table);
  if (!order) {
    other_tables_ = true;
    return;
  }
  if (message.type == RTN_BROADCAST) add_broadcast(message.prefix.ip);
  const Rank rank{*order, message.metric};
  Route route = make_route(std::move(message));
  const bool is_dead = route.kind == RouteKind::kUnicast && route.interfaces.empty();
  if (!is_dead) enter(rank, std::move(route));
}

void RouteTable::add_broadcast(const sip::IpAddress& ip) {
  if (broadcasts_.size() < limits_.prefixes) {
    broadcasts_.push_back(ip);
  } else {
    truncated_ = true;
  }
}

void RouteTable::enter(const Rank& rank, Route route) {
  if (best_.size() >= limits_.prefixes && !best_.contains(route.prefix)) {
    truncated_ = true;
    return;
  }
  const sip::IpPrefix prefix = route.prefix;
  const auto [place, is_new] = best_.try_emplace(prefix, Candidate{rank, route});
  Candidate& best = place->second;
  std::vector<std::uint32_t>& interfaces = best.route.interfaces;
  if (!is_new && rank < best.rank) {
    best = {rank, std::move(route)};
  } else if (!is_new && rank == best.rank && route.kind == best.route.kind) {
    interfaces.insert(interfaces.end(), route.interfaces.begin(), route.interfaces.end());
    sort_unique(interfaces);
  }
  if (interfaces.size() > limits_.interfaces_of_route) {
    interfaces.resize(limits_.interfaces_of_route);
    truncated_ = true;
  }
}

void RouteTable::move_to(NetworkFacts& facts) {
  for (auto& [prefix, best] : best_) facts.routes.push_back(std::move(best.route));
  facts.broadcasts.insert(facts.broadcasts.end(), broadcasts_.begin(), broadcasts_.end());
  std::ranges::sort(facts.routes, {}, &Route::prefix);
  std::ranges::sort(facts.broadcasts);
  facts.routes_truncated = facts.routes_truncated || truncated_;
  facts.other_tables = facts.other_tables || other_tables_;
}

}  // namespace sipward::dataplane
