// SPDX-License-Identifier: Apache-2.0
// The section [gate] and the tables [gate.interface.NAME] in it.
#include <fmt/format.h>

#include <algorithm>

#include "agent/ops/config_kinds.h"
#include "agent/ops/config_sections.h"

namespace sipward::ops {
namespace {

constexpr std::uint32_t kMaxRate = 10'000'000;
constexpr std::uint32_t kMaxRemembered = 7 * 24 * 3'600;

void read_rates(Section& section, GateConfig& gate) {
  const Range rate{.min = 0, .max = kMaxRate};
  section.read("register_rate_per_source", gate.register_rate_per_source, rate);
  section.read("register_rate_total", gate.register_rate_total, rate);
  section.read("keepalive_rate_per_source", gate.keepalive_rate_per_source, rate);
  section.read("keepalive_rate_total", gate.keepalive_rate_total, rate);
  section.read("syn_rate_per_source", gate.syn_rate_per_source, rate);
  section.read("syn_rate_total", gate.syn_rate_total, rate);
  section.read("emergency_rate_per_source", gate.emergency_rate_per_source, rate);
  section.read("emergency_rate_total", gate.emergency_rate_total, rate);
  section.read("fragment_rate_per_source", gate.fragment_rate_per_source, rate);
  section.read("fragment_rate_total", gate.fragment_rate_total, rate);
  section.read("challenged_rate_total", gate.challenged_rate_total, rate);
  section.read("recently_bound_rate_total", gate.recently_bound_rate_total, rate);
  section.read("recently_bound", gate.recently_bound, {.min = 0, .max = kMaxRemembered});
}

/// A list of at most so many values of a kind.
template <class T>
struct ListOf {
  Kind<T> kind;
  std::size_t limit;
};

/// A list that stands there replaces the one of [gate], also by nothing. False: none stands there.
template <class T>
bool replace(Section& section, std::string_view key, std::vector<T>& values,
             const ListOf<T>& list) {
  std::vector<T> own;
  if (!section.read(key, own, list.kind, list.limit)) return false;
  values = std::move(own);
  return true;
}

/// `allow` or `deny` as it holds for an interface, and where it was written.
struct PrefixList {
  std::string_view key;
  std::string path;
  const std::vector<sip::IpPrefix>& prefixes;
};

/// Blames each entry of `own` that stands in `other`, too.
void refuse_common(Section& section, const PrefixList& own, const PrefixList& other) {
  for (std::size_t i = 0; i < own.prefixes.size(); ++i) {
    const sip::IpPrefix& prefix = own.prefixes[i];
    if (std::ranges::find(other.prefixes, prefix) == other.prefixes.end()) continue;
    section.blame(
        fmt::format("{}[{}]", own.key, i),
        fmt::format("{} stands in '{}', too: one of them is a mistake", prefix.text(), other.path));
  }
}

/// What a table for one interface inherits both from [gate] is blamed there.
void read_prefixes(Section& section, InterfacePolicy& policy) {
  const ListOf<sip::IpPrefix> list{kPrefix, kMaxPrefixes};
  const bool own_allow = replace(section, "allow", policy.allow, list);
  const bool own_deny = replace(section, "deny", policy.deny, list);
  // A list with another mistake in it lacks that entry: the places would not be the file's.
  if (section.is_blamed("allow") || section.is_blamed("deny")) return;
  const PrefixList allow{"allow", own_allow ? section.path("allow") : "gate.allow", policy.allow};
  const PrefixList deny{"deny", own_deny ? section.path("deny") : "gate.deny", policy.deny};
  if (own_deny) return refuse_common(section, deny, allow);
  if (own_allow) refuse_common(section, allow, deny);
}

void read_policy(Section& section, InterfacePolicy& policy) {
  using Field = InterfacePolicy::AnchorField;
  read_word(section, "fail_mode", policy.fail_mode);
  read_word(section, "reverse_path", policy.reverse_path);
  const ListOf<Field> fields{word_kind<Field>(), kWords<Field>.size()};
  replace(section, "anchor", policy.anchor, fields);
  section.read("hop_limit_tolerance", policy.hop_limit_tolerance, {.min = 0, .max = 255});
  section.read("bogons", policy.bogons);
  read_prefixes(section, policy);
}

}  // namespace

void read_gate(Section& section, GateConfig& gate) {
  section.require({"interfaces"});
  section.read("interfaces", gate.interfaces, kInterface, kMaxInterfaces);
  section.read("guard", gate.guard, kListener, kMaxListeners);
  read_word(section, "mode", gate.mode);
  section.read("pin_path", gate.pin_path, kPath);
  section.read("max_bindings", gate.max_bindings, {.min = 1, .max = 1U << 24});
  section.read("allow_generic", gate.allow_generic);
  read_word(section, "tag_carrier", gate.tag_carrier);
  section.read("emergency", gate.emergency);
  read_word(section, "fragments", gate.fragments);
  read_word(section, "suspect", gate.suspect);
  section.read("suspect_after", gate.suspect_after, {.min = 0, .max = 100});
  section.read("event_rate", gate.event_rate, {.min = 0, .max = 10'000});
  section.read("heartbeat_timeout", gate.heartbeat_timeout, {.min = 2, .max = 3'600});
  read_rates(section, gate);
  read_policy(section, gate.policy);
  const bool complete = !section.is_blamed("interfaces");  // else one mistake would be told twice
  section.each_table("interface", [&](const std::string& name, Section& table) {
    if (complete && std::ranges::find(gate.interfaces, name) == gate.interfaces.end()) {
      table.blame("", "no such interface in 'gate.interfaces'");
    }
    InterfacePolicy policy = gate.policy;
    read_policy(table, policy);
    gate.policies.emplace(name, std::move(policy));
  });
}

}  // namespace sipward::ops
