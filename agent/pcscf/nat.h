// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "agent/pcscf/config.h"
#include "sip/ip_address.h"
#include "sip/via.h"

namespace sipward::pcscf {

/// Whether a NAT may lie between the sender and us: the sent-by of its Via is not the address that
/// the packet came from (TS 24.229 F.1). A name says nothing about the address: taken for a NAT.
/// Ports are not compared: a UE may send from another port than it listens on.
[[nodiscard]] bool sees_nat(const sip::Via& via, const sip::IpAddress& source);

enum class NatDecision : std::uint8_t { kAccept, kRequireOutbound, kForbid };

/// TS 33.203 N.2: a REGISTER without outbound only where no NAT lies in between.
[[nodiscard]] NatDecision decide_nat(bool nat, bool outbound_offered, NatWithoutOutbound policy);

}  // namespace sipward::pcscf
