// SPDX-License-Identifier: Apache-2.0
#include "agent/gate_config.h"

#include <algorithm>
#include <chrono>
#include <stdexcept>

#include "agent/ops/config.h"
#include "agent/ops/version.h"

namespace sipward {
namespace {

using dataplane::GateConfig;

dataplane::RowKinds rows_of(ops::PcscfConfig::IpCheck check) {
  switch (check) {
    case ops::PcscfConfig::IpCheck::kIp:
      return dataplane::RowKinds::kWildcard;
    case ops::PcscfConfig::IpCheck::kIpPort:
      return dataplane::RowKinds::kExact;
    case ops::PcscfConfig::IpCheck::kAuto:
      break;
  }
  return dataplane::RowKinds::kBoth;
}

dataplane::TagCarrier carrier_of(ops::GateConfig::TagCarrier carrier) {
  switch (carrier) {
    case ops::GateConfig::TagCarrier::kTcx:
      return dataplane::TagCarrier::kTcx;
    case ops::GateConfig::TagCarrier::kClsact:
      return dataplane::TagCarrier::kClsact;
    case ops::GateConfig::TagCarrier::kAuto:
      break;
  }
  return dataplane::TagCarrier::kAuto;
}

dataplane::Fragments translate(ops::GateConfig::Fragments fragments) {
  switch (fragments) {
    case ops::GateConfig::Fragments::kTrack:
      return dataplane::Fragments::kTrack;
    case ops::GateConfig::Fragments::kDrop:
      return dataplane::Fragments::kDrop;
    case ops::GateConfig::Fragments::kSource:
      break;
  }
  return dataplane::Fragments::kSource;
}

dataplane::FailMode translate(ops::InterfacePolicy::FailMode mode) {
  switch (mode) {
    case ops::InterfacePolicy::FailMode::kHold:
      return dataplane::FailMode::kHold;
    case ops::InterfacePolicy::FailMode::kOpen:
      return dataplane::FailMode::kOpen;
    case ops::InterfacePolicy::FailMode::kClosed:
      break;
  }
  return dataplane::FailMode::kClosed;
}

dataplane::ReversePath translate(ops::InterfacePolicy::ReversePath path) {
  switch (path) {
    case ops::InterfacePolicy::ReversePath::kLoose:
      return dataplane::ReversePath::kLoose;
    case ops::InterfacePolicy::ReversePath::kStrict:
      return dataplane::ReversePath::kStrict;
    case ops::InterfacePolicy::ReversePath::kOff:
      break;
  }
  return dataplane::ReversePath::kOff;
}

dataplane::AnchorFields translate(const std::vector<ops::InterfacePolicy::AnchorField>& fields) {
  using Field = ops::InterfacePolicy::AnchorField;
  const auto has = [&](Field field) { return std::ranges::find(fields, field) != fields.end(); };
  return {.interface = has(Field::kInterface),
          .vlan = has(Field::kVlan),
          .mac = has(Field::kMac),
          .hop_limit = has(Field::kHopLimit)};
}

dataplane::InterfacePolicy translate(const ops::InterfacePolicy& from) {
  return {.fail_mode = translate(from.fail_mode),
          .reverse_path = translate(from.reverse_path),
          .anchor = translate(from.anchor),
          .hop_limit_tolerance = static_cast<std::uint8_t>(from.hop_limit_tolerance),
          .bogons = from.bogons,
          .allow = from.allow,
          .deny = from.deny};
}

void set_budgets(GateConfig& config, const ops::GateConfig& gate) {
  config.register_budget = {gate.register_rate_per_source, gate.register_rate_total};
  config.keepalive_budget = {gate.keepalive_rate_per_source, gate.keepalive_rate_total};
  config.emergency_budget = {gate.emergency_rate_per_source, gate.emergency_rate_total};
  config.syn_budget = {gate.syn_rate_per_source, gate.syn_rate_total};
  config.fragment_budget = {gate.fragment_rate_per_source, gate.fragment_rate_total};
  config.challenged_total = gate.challenged_rate_total;
  config.known_total = gate.recently_bound_rate_total;
}

/// Whoever they are, they do not speak on the access side.
std::vector<sip::IpAddress> core_peers_of(const ops::Config& config) {
  std::vector<sip::IpAddress> peers;
  if (config.pcscf) {
    peers = config.pcscf->core_peers;
    if (config.pcscf->upstream) peers.push_back(config.pcscf->upstream->ip);
  }
  if (config.scscf) {
    const auto& trusted = config.scscf->trusted_peers;
    peers.insert(peers.end(), trusted.begin(), trusted.end());
    if (config.scscf->next_hop) peers.push_back(config.scscf->next_hop->ip);
  }
  return peers;
}

GateConfig translate(const ops::Config& from) {
  const ops::GateConfig& gate = *from.gate;
  const ops::PcscfConfig& pcscf = *from.pcscf;
  GateConfig config;
  config.pin_path = gate.pin_path;
  config.interfaces = gate.interfaces;
  for (const sip::Endpoint& local : pcscf.listen) config.listeners.push_back({.local = local});
  for (const ops::GuardedListener& one : gate.guard) {
    config.listeners.push_back({.local = one.local, .transport = one.transport});
  }
  config.mode = gate.mode == ops::GateConfig::Mode::kEnforce ? dataplane::Mode::kEnforce
                                                             : dataplane::Mode::kMonitor;
  config.rows = rows_of(pcscf.ip_check);
  config.max_bindings = gate.max_bindings;
  config.allow_generic = gate.allow_generic;
  config.tag_carrier = carrier_of(gate.tag_carrier);
  config.emergency = gate.emergency;
  set_budgets(config, gate);
  config.fragments = translate(gate.fragments);
  config.tag_suspects = gate.suspect == ops::GateConfig::Suspect::kTag;
  config.heartbeat_timeout = std::chrono::seconds(gate.heartbeat_timeout);
  config.policy = translate(gate.policy);
  for (const auto& [name, policy] : gate.policies) config.policies[name] = translate(policy);
  config.core_peers = core_peers_of(from);
  config.version = ops::kVersion;
  return config;
}

}  // namespace

std::optional<GateConfig> load_gate_config(const std::string& file) {
  const auto config = ops::load_config(file);
  if (!config) {
    std::string text = "the configuration is wrong";
    for (const std::string& line : config.error()) text += "\n" + line;
    throw std::runtime_error(text);
  }
  if (!config->gate || !config->pcscf) return std::nullopt;
  return translate(*config);
}

}  // namespace sipward
