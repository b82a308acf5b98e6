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
  made.proto = IPPROTO_UDP;
  return made;
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
  if (listener.transport != sip::Transport::kUdp) {
    return fmt::format("listener {} {}: only UDP listeners can be guarded",
                       sip::transport_name(listener.transport), listener.local.text());
  }
  if (listener.local.ip.is_unspecified() || listener.local.port == 0) {
    return fmt::format("listener {}: an address and a port are needed, no wildcard",
                       listener.local.text());
  }
  return std::nullopt;
}

}  // namespace

std::string_view mode_name(Mode mode) { return mode == Mode::kEnforce ? "enforce" : "monitor"; }

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

sipward_settings make_settings(const GateConfig& config, std::uint32_t slot, const Seed& seed) {
  sipward_settings made{};
  made.slot = slot;
  made.enforce = config.mode == Mode::kEnforce;
  made.exact_rows = config.rows != RowKinds::kWildcard;
  made.wildcard_rows = config.rows != RowKinds::kExact;
  made.emergency = config.emergency;
  std::ranges::copy(seed, made.seed);
  made.budgets[SIPWARD_CLASS_REGISTER] = make_budget(config.register_budget);
  made.budgets[SIPWARD_CLASS_KEEPALIVE] = make_budget(config.keepalive_budget);
  made.budgets[SIPWARD_CLASS_EMERGENCY] = make_budget(config.emergency_budget);
  for (const Listener& listener : config.listeners) {
    if (listener.local.ip.is_v4()) {
      made.listeners4[made.listeners4_used++] = make_listener<sipward_listener4>(listener);
    } else {
      made.listeners6[made.listeners6_used++] = make_listener<sipward_listener6>(listener);
    }
  }
  return made;
}

}  // namespace sipward::dataplane
