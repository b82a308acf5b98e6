// SPDX-License-Identifier: Apache-2.0
#include "agent/scscf/origin.h"

#include <algorithm>

#include "agent/scscf/text.h"
#include "sip/grammar.h"
#include "sip/via.h"

namespace sipward::scscf {
namespace {

bool is_own(const sip::Via& via, const Config& config) {
  if (sip::iequals(via.host, config.name)) return true;
  const auto ip = parse_host_address(via.host);
  return ip && *ip == config.local.ip && via.port_or_default() == config.local.port;
}

bool is_core_host(const std::string& host, const Config& config) {
  if (config.embedded_pcscf && sip::iequals(host, *config.embedded_pcscf)) return true;
  if (std::any_of(config.trusted_via_hosts.begin(), config.trusted_via_hosts.end(),
                  [&](const auto& h) { return sip::iequals(host, h); })) {
    return true;
  }
  const auto ip = parse_host_address(host);
  return ip && is_core_address(*ip, config);
}

/// False if somebody outside the core sent it, whatever name it has.
bool came_from_core(const sip::Via& via, const Config& config) {
  const auto received = via.params.value("received");
  if (!received) return true;
  const auto ip = parse_host_address(*received);
  return ip && (is_core_address(*ip, config) || *ip == config.local.ip);
}

}  // namespace

bool is_core_address(const sip::IpAddress& ip, const Config& config) {
  if (config.next_hop && config.next_hop->ip == ip) return true;
  return std::find(config.trusted_peers.begin(), config.trusted_peers.end(), ip) !=
         config.trusted_peers.end();
}

Origin find_origin(const sip::Message& request, const sip::Flow& peer, const Config& config) {
  Origin origin{.ue = peer};
  bool top = true;
  for (const std::string_view row : request.all(sip::Field::kVia)) {
    const auto via = sip::parse_via(row);
    if (!via) return origin;
    const bool own = is_own(*via, config);
    const bool core =
        top || ((own || is_core_host(via->host, config)) && came_from_core(*via, config));
    top = false;
    if (core) {
      origin.spiral = origin.spiral || own;
      continue;
    }
    const auto transport = sip::parse_transport(via->transport);
    const auto target = sip::response_target(*via);
    if (!target) return origin;
    origin.ue = {
        .transport = transport.value_or(sip::Transport::kUdp), .local = {}, .remote = *target};
    return origin;
  }
  return origin;
}

}  // namespace sipward::scscf
