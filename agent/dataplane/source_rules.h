// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "agent/dataplane/gate_config.h"
#include "agent/dataplane/netlink.h"
#include "bpf/abi.h"
#include "sip/ip_address.h"
#include "sip/ip_prefix.h"

namespace sipward::dataplane {

/// What sources one interface may have.
struct SourcePolicy {
  std::uint32_t slot = 0;  ///< below SIPWARD_MAX_INTERFACES, and no other policy's
  std::uint32_t ifindex = 0;
  std::vector<sip::IpPrefix> allow;  ///< of a family, when not empty: no others
  std::vector<sip::IpPrefix> deny;
  bool bogons = true;  ///< refuse them
  ReversePath reverse_path = ReversePath::kOff;
};

/// A row of the map source_rules4 or source_rules6.
struct SourceRule {
  sip::IpPrefix prefix;
  sipward_source_rule rule{};
};

/// Works out what sources are spoofed, for the gate to find by the longest prefix: IPv4 first,
/// sorted, none that says the same as the next shorter one. The first of these that holds is why:
///
/// 1. martian: of martians(), or the broadcast address of a subnet of this host;
/// 2. own_address, 3. core_peer: exactly these addresses;
/// 4. denied, bogon: of `allow`, `deny` and bogons(), the longest prefix that covers the source is
///    one of the latter two. Of equal ones `deny` wins, then `allow`;
/// 5. not_allowed: `allow` has prefixes of this family, and none covers the source;
/// 6. reverse_path: the longest route that covers the source is missing or is unreachable, or, when
///    strict, does not leave by this interface: neither by itself nor by what lies upon it (a VLAN,
///    a bridge or a bond of which it is a port). Nobody is refused for it when routes are missing
///    in `facts`: whoever calls tells the operator.
[[nodiscard]] std::vector<SourceRule> make_source_rules(
    const std::vector<SourcePolicy>& policies, const NetworkFacts& facts,
    const std::vector<sip::IpAddress>& core_peers);

/// The interface, and all those that packets which enter by it may be seen on, sorted.
[[nodiscard]] std::vector<std::uint32_t> interfaces_upon(std::uint32_t ifindex,
                                                         const std::vector<Link>& links);

}  // namespace sipward::dataplane
