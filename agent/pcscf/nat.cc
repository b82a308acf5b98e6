// SPDX-License-Identifier: Apache-2.0
#include "agent/pcscf/nat.h"

#include <string_view>

namespace sipward::pcscf {

bool sees_nat(const sip::Via& via, const sip::IpAddress& source) {
  std::string_view host = via.host;
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  const auto address = sip::IpAddress::parse(host);
  return !address || *address != source;
}

NatDecision decide_nat(bool nat, bool outbound_offered, NatWithoutOutbound policy) {
  if (!nat || outbound_offered) return NatDecision::kAccept;
  switch (policy) {
    case NatWithoutOutbound::kAccept:
      return NatDecision::kAccept;
    case NatWithoutOutbound::kForbid:
      return NatDecision::kForbid;
    case NatWithoutOutbound::kRequireOutbound:
      break;
  }
  return NatDecision::kRequireOutbound;
}

}  // namespace sipward::pcscf
