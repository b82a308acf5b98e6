// SPDX-License-Identifier: Apache-2.0
#include "agent/gate_config.h"

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

GateConfig translate(const ops::Config& from) {
  const ops::GateConfig& gate = *from.gate;
  const ops::PcscfConfig& pcscf = *from.pcscf;
  GateConfig config;
  config.pin_path = gate.pin_path;
  config.interfaces = gate.interfaces;
  for (const sip::Endpoint& local : pcscf.listen) config.listeners.push_back({.local = local});
  config.mode = gate.mode == ops::GateConfig::Mode::kEnforce ? dataplane::Mode::kEnforce
                                                             : dataplane::Mode::kMonitor;
  config.rows = rows_of(pcscf.ip_check);
  config.max_bindings = gate.max_bindings;
  config.allow_generic = gate.allow_generic;
  config.tag_carrier = carrier_of(gate.tag_carrier);
  config.emergency = gate.emergency;
  config.register_budget = {gate.register_rate_per_source, gate.register_rate_total};
  config.keepalive_budget = {gate.keepalive_rate_per_source, gate.keepalive_rate_total};
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
