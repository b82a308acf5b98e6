// SPDX-License-Identifier: Apache-2.0
#include "agent/scscf/neighbours.h"

#include "agent/ims/internal.h"
#include "agent/scscf/origin.h"
#include "agent/scscf/text.h"
#include "sip/grammar.h"
#include "sip/headers.h"

namespace sipward::scscf {

sip::Flow Neighbours::udp(const sip::Endpoint& remote) const {
  return {.transport = sip::Transport::kUdp, .local = config_.local, .remote = remote};
}

void Neighbours::learn(const sip::Message& request, const sip::Flow& peer) {
  if (peer.transport == sip::Transport::kInternal) return;
  const auto via = sip::top_via(request);
  if (!via || parse_host_address(via->host)) return;
  const std::string name = sip::to_lower(via->host);
  if (names_.size() >= kMaxNames && !names_.contains(name)) return;
  names_[name] = listening(request, peer).remote;
}

sip::Flow Neighbours::listening(const sip::Message& request, const sip::Flow& peer) const {
  const auto via = sip::top_via(request);
  if (peer.transport != sip::Transport::kUdp || !via) return peer;
  return udp({.ip = peer.remote.ip, .port = via->port_or_default()});
}

std::optional<sip::Flow> Neighbours::find(const sip::Uri& uri) const {
  if (!uri.is_sip()) return std::nullopt;
  if (config_.embedded_pcscf && sip::iequals(uri.host, *config_.embedded_pcscf)) {
    return ims::scscf_to_pcscf();
  }
  if (const auto ip = uri.ip()) {
    if (!is_core_address(*ip, config_)) return std::nullopt;
    return udp({.ip = *ip, .port = uri.port_or_default()});
  }
  const auto known = names_.find(sip::to_lower(uri.host));
  if (known == names_.end()) return std::nullopt;
  return udp({.ip = known->second.ip, .port = uri.port.value_or(known->second.port)});
}

std::optional<sip::Flow> Neighbours::next_hop() const {
  if (!config_.next_hop) return std::nullopt;
  return udp(*config_.next_hop);
}

bool Neighbours::is_self(const sip::Uri& uri) const {
  if (!uri.is_sip()) return false;
  if (sip::iequals(uri.host, config_.name)) {
    return !uri.port || config_.local.port == 0 || *uri.port == config_.local.port;
  }
  const auto ip = uri.ip();
  return ip && *ip == config_.local.ip && uri.port_or_default() == config_.local.port;
}

std::string Neighbours::via_host(const sip::Flow& flow) const {
  if (flow.transport == sip::Transport::kInternal) return config_.name;
  return config_.local.text();
}

}  // namespace sipward::scscf
