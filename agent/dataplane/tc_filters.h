// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "agent/dataplane/netlink_request.h"

namespace sipward::dataplane {

/// For all filters that hang at this place of the interface: TC_H_MAKE(TC_H_CLSACT, ...).
[[nodiscard]] NetlinkRequest filter_request(std::uint32_t ifindex, std::uint32_t place);

/// Whether any filter hangs on the clsact qdisc of the interface, ingress or egress. True also when
/// the kernel does not say: for who wants to remove the qdisc.
[[nodiscard]] bool has_clsact_filters(std::uint32_t ifindex);

}  // namespace sipward::dataplane
