// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace sipward::dataplane {

// The maps of bpf/maps.h, pinned under their own names.
inline constexpr std::string_view kBindings4 = "bindings4";
inline constexpr std::string_view kBindings6 = "bindings6";
inline constexpr std::string_view kCounters = "counters";
inline constexpr std::string_view kInterfaces = "interfaces";
inline constexpr std::string_view kSources = "sources";
inline constexpr std::string_view kTotals = "totals";
inline constexpr std::string_view kMeta = "meta";

inline constexpr std::string_view kMapNames[] = {kBindings4, kBindings6, kCounters, kInterfaces,
                                                 kSources,   kTotals,    kMeta};

}  // namespace sipward::dataplane
