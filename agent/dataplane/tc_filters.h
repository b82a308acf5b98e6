// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace sipward::dataplane {

/// Whether any filter hangs on the clsact qdisc of the interface, ingress or egress. True also when
/// the kernel does not say: for who wants to remove the qdisc.
[[nodiscard]] bool has_clsact_filters(std::uint32_t ifindex);

}  // namespace sipward::dataplane
