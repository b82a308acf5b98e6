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
constexpr std::size_t kAnchorFields = 4;

constexpr Kind<GateConfig::Mode> kMode{
    R"("monitor" or "enforce")", [](std::string_view text) {
      using enum GateConfig::Mode;
      return choose(Words<GateConfig::Mode, 2>{{{"monitor", kMonitor}, {"enforce", kEnforce}}},
                    text);
    }};
constexpr Kind<GateConfig::TagCarrier> kTagCarrier{
    R"("auto", "tcx" or "clsact")", [](std::string_view text) {
      using enum GateConfig::TagCarrier;
      return choose(
          Words<GateConfig::TagCarrier, 3>{{{"auto", kAuto}, {"tcx", kTcx}, {"clsact", kClsact}}},
          text);
    }};
constexpr Kind<GateConfig::Fragments> kFragments{
    R"("source", "track" or "drop")", [](std::string_view text) {
      using enum GateConfig::Fragments;
      return choose(
          Words<GateConfig::Fragments, 3>{
              {{"source", kSource}, {"track", kTrack}, {"drop", kDrop}}},
          text);
    }};
constexpr Kind<GateConfig::Suspect> kSuspect{
    R"("refuse" or "tag")", [](std::string_view text) {
      using enum GateConfig::Suspect;
      return choose(Words<GateConfig::Suspect, 2>{{{"refuse", kRefuse}, {"tag", kTag}}}, text);
    }};
constexpr Kind<InterfacePolicy::FailMode> kFailMode{
    R"("closed", "hold" or "open")", [](std::string_view text) {
      using enum InterfacePolicy::FailMode;
      return choose(
          Words<InterfacePolicy::FailMode, 3>{
              {{"closed", kClosed}, {"hold", kHold}, {"open", kOpen}}},
          text);
    }};
constexpr Kind<InterfacePolicy::ReversePath> kReversePath{
    R"("off", "loose" or "strict")", [](std::string_view text) {
      using enum InterfacePolicy::ReversePath;
      return choose(
          Words<InterfacePolicy::ReversePath, 3>{
              {{"off", kOff}, {"loose", kLoose}, {"strict", kStrict}}},
          text);
    }};
constexpr Kind<InterfacePolicy::AnchorField> kAnchorField{
    R"("interface", "vlan", "mac" or "hop_limit")", [](std::string_view text) {
      using enum InterfacePolicy::AnchorField;
      return choose(Words<InterfacePolicy::AnchorField, 4>{{{"interface", kInterface},
                                                            {"vlan", kVlan},
                                                            {"mac", kMac},
                                                            {"hop_limit", kHopLimit}}},
                    text);
    }};

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
  const Kind<T>& kind;
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

/// Blames the entry of `key` that stands in `other`, too.
void refuse_common(Section& section, std::string_view key, const std::vector<sip::IpPrefix>& values,
                   const std::vector<sip::IpPrefix>& other) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (std::ranges::find(other, values[i]) == other.end()) continue;
    section.blame(fmt::format("{}[{}]", key, i),
                  fmt::format("{} stands in '{}', too: one of them is a mistake", values[i].text(),
                              key == "deny" ? "allow" : "deny"));
  }
}

/// What a table for one interface inherits both from [gate] is blamed there.
void read_prefixes(Section& section, InterfacePolicy& policy) {
  const ListOf<sip::IpPrefix> list{kPrefix, kMaxPrefixes};
  const bool own_allow = replace(section, "allow", policy.allow, list);
  const bool own_deny = replace(section, "deny", policy.deny, list);
  // A list with another mistake in it lacks that entry: the places would not be the file's.
  if (section.is_blamed("allow") || section.is_blamed("deny")) return;
  if (own_deny) return refuse_common(section, "deny", policy.deny, policy.allow);
  if (own_allow) refuse_common(section, "allow", policy.allow, policy.deny);
}

void read_policy(Section& section, InterfacePolicy& policy) {
  section.read("fail_mode", policy.fail_mode, kFailMode);
  section.read("reverse_path", policy.reverse_path, kReversePath);
  replace(section, "anchor", policy.anchor,
          ListOf<InterfacePolicy::AnchorField>{kAnchorField, kAnchorFields});
  section.read("hop_limit_tolerance", policy.hop_limit_tolerance, {.min = 0, .max = 255});
  section.read("bogons", policy.bogons);
  read_prefixes(section, policy);
}

}  // namespace

void read_gate(Section& section, GateConfig& gate) {
  section.require({"interfaces"});
  section.read("interfaces", gate.interfaces, kInterface, kMaxInterfaces);
  section.read("guard", gate.guard, kListener, kMaxListeners);
  section.read("mode", gate.mode, kMode);
  section.read("pin_path", gate.pin_path, kPath);
  section.read("max_bindings", gate.max_bindings, {.min = 1, .max = 1U << 24});
  section.read("allow_generic", gate.allow_generic);
  section.read("tag_carrier", gate.tag_carrier, kTagCarrier);
  section.read("emergency", gate.emergency);
  section.read("fragments", gate.fragments, kFragments);
  section.read("suspect", gate.suspect, kSuspect);
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
