// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

namespace sipward::dataplane {

// <linux/netdev.h>, kernel 6.3: what a driver can do as it is set up now.
inline constexpr std::uint64_t kXdpBasic = 1;            ///< native XDP: pass, drop, abort
inline constexpr std::uint64_t kXdpScattered = 1U << 5;  ///< native XDP on frames of many buffers

/// nullopt: the kernel does not say (before 6.3).
[[nodiscard]] std::optional<std::uint64_t> read_xdp_features(std::uint32_t ifindex);

}  // namespace sipward::dataplane
