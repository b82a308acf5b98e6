// SPDX-License-Identifier: Apache-2.0
#include "agent/pcscf/key_rule.h"

namespace sipward::pcscf {
namespace {

bool wants_port(const KeyInput& input) {
  switch (input.ip_check) {
    case IpCheck::kIp:
      return false;
    case IpCheck::kIpPort:
      return true;
    case IpCheck::kAuto:
      break;
  }
  return input.outbound || input.nat;
}

}  // namespace

ims::BindingKey port_key(const sip::Flow& source) {
  return {.ip = source.remote.ip, .port = source.remote.port, .transport = source.transport};
}

Neighbours find_neighbours(const BindingTable& table, const sip::Flow& source,
                           const ims::Impi& impi) {
  const auto foreign = [&](const FlowBinding* row) {
    return row != nullptr && row->impi != impi ? row : nullptr;
  };
  const ims::BindingKey here = port_key(source);
  const auto* other = table.find_at(source.remote.ip, [&](const FlowBinding& row) {
    return row.matches_port() && row.key != here && row.impi != impi;
  });
  return {.wildcard = foreign(table.find_key({.ip = source.remote.ip})),
          .same_port = foreign(table.find_key(here)),
          .other_port = other != nullptr};
}

bool suspects_sharing(const Neighbours& neighbours, const sip::Flow& source) {
  return neighbours.wildcard != nullptr && neighbours.wildcard->flow.remote != source.remote;
}

SharedDecision decide_shared(const KeyInput& input) {
  if (input.ip_check == IpCheck::kIpPort) return SharedDecision::kAccept;
  if (input.on_shared_ip == OnSharedIp::kPortBind) return SharedDecision::kAccept;
  if (!wants_port(input) && input.neighbours.other_port) return SharedDecision::kRequireOutbound;
  const bool shared = suspects_sharing(input.neighbours, input.source);
  return shared && input.on_shared_ip == OnSharedIp::kRefuse ? SharedDecision::kForbid
                                                             : SharedDecision::kAccept;
}

KeyDecision decide_key(const KeyInput& input) {
  const bool shared = suspects_sharing(input.neighbours, input.source);
  const bool narrow = shared && input.on_shared_ip == OnSharedIp::kPortBind;
  const bool port = wants_port(input) || narrow || input.neighbours.other_port;
  return {.key = port ? port_key(input.source) : ims::BindingKey{.ip = input.source.remote.ip},
          .narrow_neighbour = narrow,
          .alarm = shared || (input.neighbours.other_port && !wants_port(input))};
}

}  // namespace sipward::pcscf
