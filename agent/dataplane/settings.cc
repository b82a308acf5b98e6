// SPDX-License-Identifier: Apache-2.0
#include "agent/dataplane/settings.h"

#include <fmt/format.h>
#include <net/if.h>
#include <netinet/in.h>

#include <algorithm>
#include <random>
#include <set>

namespace sipward::dataplane {

namespace {

constexpr std::uint64_t kNanoseconds = 1'000'000'000;

std::uint64_t interval_ns(std::uint32_t per_second) {
  return per_second == 0 ? 0 : kNanoseconds / per_second;
}

sipward_budget make_budget(const Budget& budget) {
  sipward_budget made{};
  made.source_interval_ns = interval_ns(budget.per_source);
  made.total_interval_ns = interval_ns(budget.total);
  return made;
}

template <class Kernel>
Kernel make_listener(const Listener& listener) {
  Kernel made{};
  std::ranges::copy(listener.local.ip.bytes(), made.addr);
  made.port = listener.local.port;
  made.proto = listener.transport == sip::Transport::kUdp ? IPPROTO_UDP : IPPROTO_TCP;
  made.tls = listener.transport == sip::Transport::kTls;
  return made;
}

std::uint8_t fragments_of(Fragments fragments) {
  switch (fragments) {
    case Fragments::kSource:
      return SIPWARD_FRAGMENTS_SOURCE;
    case Fragments::kTrack:
      return SIPWARD_FRAGMENTS_TRACK;
    case Fragments::kDrop:
      break;
  }
  return SIPWARD_FRAGMENTS_DROP;
}

std::uint8_t fail_mode_of(FailMode mode) {
  switch (mode) {
    case FailMode::kHold:
      return SIPWARD_FAIL_HOLD;
    case FailMode::kOpen:
      return SIPWARD_FAIL_OPEN;
    case FailMode::kClosed:
      break;
  }
  return SIPWARD_FAIL_CLOSED;
}

/// All ones where a packet must be as its row's REGISTER was.
sipward_anchor mask_of(const AnchorFields& fields) {
  sipward_anchor mask{};
  if (fields.interface) mask.slot = 0xff;
  if (fields.vlan) mask.vlan = mask.inner_vlan = 0xffff;
  if (fields.mac) std::ranges::fill(mask.mac, std::uint8_t{0xff});
  return mask;
}

void set_policy(sipward_settings& settings, const InterfacePolicy& policy) {
  settings.fail_mode = fail_mode_of(policy.fail_mode);
  settings.check_anchor = policy.anchor.any();
  settings.anchor_mask = mask_of(policy.anchor);
  settings.check_hop_limit = policy.anchor.hop_limit;
  settings.hop_limit_tolerance = policy.hop_limit_tolerance;
}

void set_budgets(sipward_settings& settings, const GateConfig& config) {
  const Budget challenged{config.register_budget.per_source, config.challenged_total};
  const Budget known{std::max(config.register_budget.per_source, config.syn_budget.per_source),
                     config.known_total};
  settings.budgets[SIPWARD_CLASS_REGISTER] = make_budget(config.register_budget);
  settings.budgets[SIPWARD_CLASS_KEEPALIVE] = make_budget(config.keepalive_budget);
  settings.budgets[SIPWARD_CLASS_EMERGENCY] = make_budget(config.emergency_budget);
  settings.budgets[SIPWARD_CLASS_SYN] = make_budget(config.syn_budget);
  settings.budgets[SIPWARD_CLASS_FRAGMENT] = make_budget(config.fragment_budget);
  settings.budgets[SIPWARD_CLASS_CHALLENGED] = make_budget(challenged);
  settings.budgets[SIPWARD_CLASS_KNOWN] = make_budget(known);
}

void add_listener(sipward_settings& settings, const Listener& listener) {
  if (listener.transport != sip::Transport::kUdp) settings.tcp = 1;
  if (listener.local.ip.is_v4()) {
    settings.listeners4[settings.listeners4_used++] = make_listener<sipward_listener4>(listener);
  } else {
    settings.listeners6[settings.listeners6_used++] = make_listener<sipward_listener6>(listener);
  }
}

std::optional<std::string> find_interface_fault(const std::vector<std::string>& interfaces) {
  if (interfaces.empty()) return "no interface to attach to";
  if (interfaces.size() > SIPWARD_MAX_INTERFACES) {
    return fmt::format("{} interfaces, at most {} are possible", interfaces.size(),
                       SIPWARD_MAX_INTERFACES);
  }
  std::set<std::string> seen;
  for (const std::string& name : interfaces) {
    if (name.empty() || name.size() >= IF_NAMESIZE) {
      return fmt::format("'{}' is no name of an interface", name);
    }
    if (!seen.insert(name).second) return fmt::format("interface {} is given twice", name);
  }
  return std::nullopt;
}

std::optional<std::string> find_listener_fault(const Listener& listener) {
  if (listener.transport == sip::Transport::kInternal) {
    return fmt::format("listener {}: no packet comes to it", listener.local.text());
  }
  if (listener.local.ip.is_unspecified() || listener.local.port == 0) {
    return fmt::format("listener {}: an address and a port are needed, no wildcard",
                       listener.local.text());
  }
  return std::nullopt;
}

}  // namespace

std::string_view mode_name(Mode mode) { return mode == Mode::kEnforce ? "enforce" : "monitor"; }

std::string_view fail_mode_name(FailMode mode) {
  switch (mode) {
    case FailMode::kClosed:
      return "closed";
    case FailMode::kHold:
      return "hold";
    case FailMode::kOpen:
      break;
  }
  return "open";
}

std::string_view carrier_name(TagCarrier carrier) {
  switch (carrier) {
    case TagCarrier::kAuto:
      return "auto";
    case TagCarrier::kTcx:
      return "tcx";
    case TagCarrier::kClsact:
      return "clsact";
  }
  return {};
}

Seed random_seed() {
  std::random_device device;
  Seed seed{};
  for (std::uint64_t& word : seed) word = std::uint64_t{device()} << 32 | device();
  return seed;
}

std::optional<std::string> find_fault(const GateConfig& config) {
  if (auto fault = find_interface_fault(config.interfaces)) return fault;
  if (config.listeners.empty()) return "no listener to guard";
  if (config.max_bindings == 0) return "max_bindings is 0";
  if (config.listeners.size() > SIPWARD_MAX_LISTENERS) {
    return fmt::format("{} listeners, at most {} are possible", config.listeners.size(),
                       SIPWARD_MAX_LISTENERS);
  }
  for (const Listener& listener : config.listeners) {
    if (auto fault = find_listener_fault(listener)) return fault;
  }
  return std::nullopt;
}

sipward_settings make_settings(const GateConfig& config, const Place& place, const Seed& seed) {
  sipward_settings made{};
  made.slot = place.slot;
  made.enforce = config.mode == Mode::kEnforce;
  made.exact_rows = config.rows != RowKinds::kWildcard;
  made.wildcard_rows = config.rows != RowKinds::kExact;
  made.emergency = config.emergency;
  made.fragments = fragments_of(config.fragments);
  made.tag_suspects = config.tag_suspects;
  made.shortcut = config.shortcut;
  made.heartbeat_timeout_s = static_cast<std::uint32_t>(config.heartbeat_timeout.count());
  std::ranges::copy(seed, made.seed);
  set_policy(made, config.policy_of(place.interface));
  set_budgets(made, config);
  for (const Listener& listener : config.listeners) add_listener(made, listener);
  return made;
}

}  // namespace sipward::dataplane
