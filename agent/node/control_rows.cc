// SPDX-License-Identifier: Apache-2.0
#include "agent/node/control_rows.h"

#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>

#include "agent/node/control_json.h"

namespace sipward::node {
namespace {

using Json = nlohmann::json;

std::optional<sip::IpAddress> read_address(const Json& params) {
  const auto it = params.find("address");
  if (it == params.end() || !it->is_string()) return std::nullopt;
  return sip::IpAddress::parse(it->get<std::string>());
}

/// nullopt: not a port. The inner one: none is named.
std::optional<std::optional<std::uint16_t>> read_port(const Json& params) {
  const auto it = params.find("port");
  if (it == params.end() || it->is_null()) return std::optional<std::uint16_t>();
  if (!it->is_number_unsigned()) return std::nullopt;
  const auto port = it->get<std::uint64_t>();
  if (port == 0 || port > std::numeric_limits<std::uint16_t>::max()) return std::nullopt;
  return static_cast<std::uint16_t>(port);
}

}  // namespace

sip::Result<Json, std::string> release_address(Node& node, const Json& params) {
  if (node.pcscf() == nullptr) return std::string("this node has no P-CSCF role");
  const auto ip = read_address(params);
  if (!ip) return std::string("address: not an IP address");
  const auto port = read_port(params);
  if (!port) return std::string("port: expected 1 to 65535");
  return Json{{"released", node.release({.ip = *ip, .port = *port})}};
}

sip::Result<Json, std::string> reconcile_bindings(Node& node) {
  if (node.pcscf() == nullptr) return std::string("this node has no P-CSCF role");
  return to_json(node.reconcile());
}

}  // namespace sipward::node
