// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "sip/ip_prefix.h"

namespace sipward::dataplane {

/// Blocks that no packet on a wire may have a source in, whatever an operator allows.
[[nodiscard]] const std::vector<sip::IpPrefix>& martians();

/// Blocks of the IANA special-purpose address registries (RFC 6890) that are not routed, so that no
/// UE is there. An operator who knows better allows them. Not among them, since access networks
/// number UEs from these: RFC 1918, 100.64.0.0/10 (RFC 6598), fc00::/7 (RFC 4193), and what IPv4
/// comes translated as, 64:ff9b::/96 (RFC 6052) and 64:ff9b:1::/48 (RFC 8215).
[[nodiscard]] const std::vector<sip::IpPrefix>& bogons();

}  // namespace sipward::dataplane
