// SPDX-License-Identifier: Apache-2.0
#include "agent/node/role_config.h"

#include "agent/ims/internal.h"

namespace sipward::node {
namespace {

pcscf::IpCheck translate(ops::PcscfConfig::IpCheck value) {
  switch (value) {
    case ops::PcscfConfig::IpCheck::kIp:
      return pcscf::IpCheck::kIp;
    case ops::PcscfConfig::IpCheck::kIpPort:
      return pcscf::IpCheck::kIpPort;
    case ops::PcscfConfig::IpCheck::kAuto:
      break;
  }
  return pcscf::IpCheck::kAuto;
}

pcscf::NatWithoutOutbound translate(ops::PcscfConfig::NatWithoutOutbound value) {
  switch (value) {
    case ops::PcscfConfig::NatWithoutOutbound::kAccept:
      return pcscf::NatWithoutOutbound::kAccept;
    case ops::PcscfConfig::NatWithoutOutbound::kForbid:
      return pcscf::NatWithoutOutbound::kForbid;
    case ops::PcscfConfig::NatWithoutOutbound::kRequireOutbound:
      break;
  }
  return pcscf::NatWithoutOutbound::kRequireOutbound;
}

pcscf::OnSharedIp translate(ops::PcscfConfig::OnSharedIp value) {
  switch (value) {
    case ops::PcscfConfig::OnSharedIp::kRefuse:
      return pcscf::OnSharedIp::kRefuse;
    case ops::PcscfConfig::OnSharedIp::kPortBind:
      return pcscf::OnSharedIp::kPortBind;
    case ops::PcscfConfig::OnSharedIp::kAlarm:
      break;
  }
  return pcscf::OnSharedIp::kAlarm;
}

scscf::ProxyAuth translate(ops::ScscfConfig::ProxyAuth value) {
  switch (value) {
    case ops::ScscfConfig::ProxyAuth::kNever:
      return scscf::ProxyAuth::kNever;
    case ops::ScscfConfig::ProxyAuth::kIfPresent:
      return scscf::ProxyAuth::kIfPresent;
    case ops::ScscfConfig::ProxyAuth::kInitial:
      return scscf::ProxyAuth::kInitial;
    case ops::ScscfConfig::ProxyAuth::kAlways:
      break;
  }
  return scscf::ProxyAuth::kAlways;
}

ims::TagPolicy tag_policy(const ops::Config& config) {
  if (!config.gate) return ims::TagPolicy::kAbsent;
  return config.gate->mode == ops::GateConfig::Mode::kEnforce ? ims::TagPolicy::kRequired
                                                              : ims::TagPolicy::kAdvisory;
}

sip::Flow core_flow(const ops::Config& config) {
  if (config.scscf) return ims::pcscf_to_scscf();
  return {.transport = sip::Transport::kUdp,
          .local = *config.pcscf->core_listen,
          .remote = *config.pcscf->upstream};
}

}  // namespace

pcscf::Config make_pcscf_config(const ops::Config& config) {
  using Unbound = ops::PcscfConfig::UnboundAction;
  using Route = ops::PcscfConfig::RouteMismatch;
  const ops::PcscfConfig& from = *config.pcscf;
  pcscf::Config to;
  to.name = from.name;
  to.core = core_flow(config);
  to.core_peers = from.core_peers;
  to.listeners = from.listen;
  to.visited_network = from.visited_network;
  to.ip_check = translate(from.ip_check);
  to.nat_without_outbound = translate(from.nat_without_outbound);
  to.on_shared_ip = translate(from.on_shared_ip);
  to.unbound_action = from.unbound_action == Unbound::kForbid ? pcscf::UnboundAction::kForbid
                                                              : pcscf::UnboundAction::kDiscard;
  to.route_mismatch = from.route_mismatch == Route::kReject ? pcscf::RouteMismatch::kReject
                                                            : pcscf::RouteMismatch::kReplace;
  to.tag_policy = tag_policy(config);
  // The gate has a map for each address family: the kernel says when it is full.
  if (config.gate) to.max_bindings = config.gate->max_bindings;
  to.keep_alive = from.keep_alive;
  if (config.gate) {
    to.suspect_after = config.gate->suspect_after;
    to.suspect_action = config.gate->suspect == ops::GateConfig::Suspect::kTag
                            ? pcscf::SuspectAction::kDemandDigest
                            : pcscf::SuspectAction::kRefuse;
  }
  to.max_bindings_per_impi = from.max_bindings_per_impi;
  to.max_pending_registrations = from.max_pending_registrations;
  return to;
}

scscf::Config make_scscf_config(const ops::Config& config) {
  using Mismatch = ops::ScscfConfig::PrecedenceMismatch;
  const ops::ScscfConfig& from = *config.scscf;
  scscf::Config to;
  to.name = from.name;
  to.domains = from.domains;
  to.realm = from.realm;
  if (from.listen) to.local = *from.listen;
  if (config.pcscf) to.embedded_pcscf = config.pcscf->name;
  to.trusted_peers = from.trusted_peers;
  to.trusted_via_hosts = from.trusted_via_hosts;
  to.next_hop = from.next_hop;
  to.proxy_auth = translate(from.proxy_auth);
  to.precedence_mismatch = from.precedence_mismatch == Mismatch::kReject
                               ? scscf::PrecedenceMismatch::kReject
                               : scscf::PrecedenceMismatch::kRewrite;
  to.min_expires = from.min_expires;
  to.default_expires = from.default_expires;
  to.max_expires = from.max_expires;
  to.nonce_lifetime = std::chrono::seconds(from.nonce_lifetime);
  return to;
}

}  // namespace sipward::node
