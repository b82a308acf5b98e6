// SPDX-License-Identifier: Apache-2.0
#include "agent/dataplane/source_rules.h"

#include <algorithm>
#include <cstring>
#include <set>
#include <span>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "agent/dataplane/special_prefixes.h"

namespace sipward::dataplane {

namespace {

using SlotSet = std::uint16_t;  // as in sipward_source_rule

/// What a prefix says of the sources in it. In this order where one prefix says several things: the
/// later one has the last word.
enum class Saying : std::uint8_t {
  kAllowList,  ///< there is one: whoever is not in it is not allowed
  kNoRoute,
  kMartian,
  kOwn,
  kPeer,
  kBogon,
  kAllow,
  kDeny,
  kRoute,
};

struct Statement {
  sip::IpPrefix prefix;
  Saying saying = Saying::kAllowList;
  SlotSet slots = 0;  ///< of which it is said; of a route: to which it is not the way back
};

/// All that has been said of the sources in a prefix, by it and by those that cover it.
struct State {
  SlotSet martian = 0;
  SlotSet own = 0;
  SlotSet peer = 0;
  SlotSet denied = 0;  ///< the longest of the lists' prefixes is of `deny`
  SlotSet bogon = 0;
  SlotSet not_allowed = 0;
  SlotSet no_way_back = 0;
};

SlotSet without(SlotSet slots, SlotSet others) { return static_cast<SlotSet>(slots & ~others); }
SlotSet both(SlotSet slots, SlotSet others) { return static_cast<SlotSet>(slots | others); }
SlotSet bit_of(const SourcePolicy& policy) { return static_cast<SlotSet>(1U << policy.slot); }

sip::IpPrefix everything(bool v4) {
  return v4 ? sip::IpPrefix{} : sip::IpPrefix::parse("::/0").value();
}

void apply(const Statement& statement, State& state) {
  const SlotSet slots = statement.slots;
  switch (statement.saying) {
    case Saying::kAllowList:
      state.not_allowed = both(state.not_allowed, slots);
      break;
    case Saying::kMartian:
      state.martian = slots;
      break;
    case Saying::kOwn:
      state.own = slots;
      break;
    case Saying::kPeer:
      state.peer = slots;
      break;
    case Saying::kBogon:
      state.denied = without(state.denied, slots);
      state.bogon = both(state.bogon, slots);
      break;
    case Saying::kAllow:
      state.denied = without(state.denied, slots);
      state.bogon = without(state.bogon, slots);
      state.not_allowed = without(state.not_allowed, slots);
      break;
    case Saying::kDeny:
      state.denied = both(state.denied, slots);
      state.bogon = without(state.bogon, slots);
      break;
    case Saying::kNoRoute:
    case Saying::kRoute:
      state.no_way_back = slots;
      break;
  }
}

sipward_source_rule rule_of(const State& state) {
  sipward_source_rule rule{};
  const auto refuse = [&rule](SlotSet slots) {
    const SlotSet first = without(slots, rule.refused);
    rule.refused = both(rule.refused, slots);
    return first;
  };
  rule.martian = refuse(state.martian);
  rule.own_address = refuse(state.own);
  rule.core_peer = refuse(state.peer);
  rule.denied = refuse(state.denied);
  rule.bogon = refuse(state.bogon);
  rule.not_allowed = refuse(state.not_allowed);
  rule.reverse_path = refuse(state.no_way_back);
  return rule;
}

bool is_same(const sipward_source_rule& one, const sipward_source_rule& other) {
  return std::memcmp(&one, &other, sizeof(one)) == 0;
}

/// Slots by what routes mean to them.
struct Ways {
  struct Strict {
    SlotSet slot = 0;
    std::vector<std::uint32_t> interfaces;
  };
  std::vector<Strict> strict;
  SlotSet all = 0;  ///< strict and loose
};

Ways make_ways(const std::vector<SourcePolicy>& policies, const NetworkFacts& facts) {
  Ways ways;
  if (facts.routes_truncated) return ways;
  for (const SourcePolicy& policy : policies) {
    if (policy.reverse_path == ReversePath::kOff) continue;
    const SlotSet slot = bit_of(policy);
    ways.all = both(ways.all, slot);
    if (policy.reverse_path == ReversePath::kStrict) {
      ways.strict.push_back({slot, interfaces_upon(policy.ifindex, facts.links)});
    }
  }
  return ways;
}

/// Where the route is not the way back.
SlotSet refusing(const Route& route, const Ways& ways) {
  if (route.kind != RouteKind::kUnicast) return ways.all;
  SlotSet slots = 0;
  for (const Ways::Strict& way : ways.strict) {
    const bool leads_there = std::ranges::any_of(route.interfaces, [&](std::uint32_t interface) {
      return std::ranges::binary_search(way.interfaces, interface);
    });
    if (!leads_there) slots = both(slots, way.slot);
  }
  return slots;
}

/// Everything that is said, of one family.
class Statements {
 public:
  explicit Statements(bool v4) : v4_(v4) {}

  void say(const sip::IpPrefix& prefix, Saying saying, SlotSet slots) {
    if (prefix.ip.is_v4() == v4_ && slots != 0) statements_.push_back({prefix, saying, slots});
  }
  void say_of_all(const std::vector<sip::IpPrefix>& prefixes, Saying saying, SlotSet slots) {
    for (const sip::IpPrefix& prefix : prefixes) say(prefix, saying, slots);
  }
  void say_of_all(const std::vector<sip::IpAddress>& addresses, Saying saying, SlotSet slots) {
    for (const sip::IpAddress& ip : addresses) say(sip::IpPrefix::of(ip), saying, slots);
  }
  /// A route that refuses nobody has to be heard, too: it lies within one that does.
  void say_of_routes(const std::vector<Route>& routes, const Ways& ways) {
    if (ways.all == 0) return;
    for (const Route& route : routes) {
      if (route.prefix.ip.is_v4() != v4_) continue;
      statements_.push_back({route.prefix, Saying::kRoute, refusing(route, ways)});
    }
  }
  /// Covering prefixes come before what they cover.
  std::vector<Statement> sorted() && {
    std::ranges::sort(statements_, {},
                      [](const Statement& one) { return std::tie(one.prefix, one.saying); });
    return std::move(statements_);
  }

 private:
  bool v4_;
  std::vector<Statement> statements_;
};

/// A prefix and what was worked out for it.
struct Level {
  sip::IpPrefix prefix;
  State state;
};

/// A walk through nested prefixes: `levels_` are those that cover where it is, the longest last.
class Walk {
 public:
  explicit Walk(std::vector<SourceRule>& rules) : rules_(rules) {}

  /// All that is said of one prefix. A row is made, unless the next shorter prefix says the same.
  void visit(std::span<const Statement> of_one_prefix) {
    const sip::IpPrefix& prefix = of_one_prefix.front().prefix;
    while (!levels_.empty() && !levels_.back().prefix.covers(prefix)) levels_.pop_back();
    const State shorter = levels_.empty() ? State{} : levels_.back().state;
    Level level{prefix, shorter};
    for (const Statement& statement : of_one_prefix) apply(statement, level.state);
    const sipward_source_rule rule = rule_of(level.state);
    if (!is_same(rule, rule_of(shorter))) rules_.push_back({prefix, rule});
    levels_.push_back(level);
  }

 private:
  std::vector<Level> levels_;
  std::vector<SourceRule>& rules_;
};

void walk(const std::vector<Statement>& statements, std::vector<SourceRule>& rules) {
  Walk walk(rules);
  for (auto first = statements.begin(); first != statements.end();) {
    const auto last = std::find_if(
        first, statements.end(), [&](const Statement& one) { return one.prefix != first->prefix; });
    walk.visit({first, last});
    first = last;
  }
}

void say_policy(const SourcePolicy& policy, bool v4, Statements& statements) {
  const SlotSet slot = bit_of(policy);
  const bool listed = std::ranges::any_of(
      policy.allow, [&](const sip::IpPrefix& prefix) { return prefix.ip.is_v4() == v4; });
  if (listed) statements.say(everything(v4), Saying::kAllowList, slot);
  if (policy.bogons) statements.say_of_all(bogons(), Saying::kBogon, slot);
  statements.say_of_all(policy.allow, Saying::kAllow, slot);
  statements.say_of_all(policy.deny, Saying::kDeny, slot);
}

}  // namespace

std::vector<std::uint32_t> interfaces_upon(std::uint32_t ifindex, const std::vector<Link>& links) {
  std::unordered_multimap<std::uint32_t, std::uint32_t> upper;
  for (const Link& link : links) {
    if (link.master != 0) upper.emplace(link.ifindex, link.master);
    if (link.lower != 0) upper.emplace(link.lower, link.ifindex);
  }
  std::set<std::uint32_t> found = {ifindex};
  for (std::vector<std::uint32_t> waiting = {ifindex}; !waiting.empty();) {
    const auto [first, last] = upper.equal_range(waiting.back());
    waiting.pop_back();
    for (auto one = first; one != last; ++one) {
      if (found.insert(one->second).second) waiting.push_back(one->second);
    }
  }
  return {found.begin(), found.end()};
}

std::vector<SourceRule> make_source_rules(const std::vector<SourcePolicy>& policies,
                                          const NetworkFacts& facts,
                                          const std::vector<sip::IpAddress>& core_peers) {
  std::vector<SourceRule> rules;
  const Ways ways = make_ways(policies, facts);
  SlotSet all = 0;
  for (const SourcePolicy& policy : policies) all = both(all, bit_of(policy));
  for (const bool v4 : {true, false}) {
    Statements statements(v4);
    statements.say_of_all(martians(), Saying::kMartian, all);
    statements.say_of_all(facts.broadcasts, Saying::kMartian, all);
    statements.say_of_all(facts.addresses, Saying::kOwn, all);
    statements.say_of_all(core_peers, Saying::kPeer, all);
    for (const SourcePolicy& policy : policies) say_policy(policy, v4, statements);
    statements.say(everything(v4), Saying::kNoRoute, ways.all);
    statements.say_of_routes(facts.routes, ways);
    walk(std::move(statements).sorted(), rules);
  }
  return rules;
}

}  // namespace sipward::dataplane
