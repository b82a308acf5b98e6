// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace sipward::dataplane {

// The maps of bpf/maps.h, pinned under their own names.
inline constexpr std::string_view kBindings4 = "bindings4";
inline constexpr std::string_view kBindings6 = "bindings6";
inline constexpr std::string_view kAddresses4 = "addresses4";
inline constexpr std::string_view kAddresses6 = "addresses6";
inline constexpr std::string_view kAddressFilter = "address_filter";
inline constexpr std::string_view kSourceRules4 = "source_rules4";
inline constexpr std::string_view kSourceRules6 = "source_rules6";
inline constexpr std::string_view kClearBlocks = "clear_blocks";
inline constexpr std::string_view kAdmissions = "admissions";
inline constexpr std::string_view kChallenged = "challenged";
inline constexpr std::string_view kKnown = "known";
inline constexpr std::string_view kFragments = "fragments";
inline constexpr std::string_view kCounters = "counters";
inline constexpr std::string_view kInterfaces = "interfaces";
inline constexpr std::string_view kSources = "sources";
inline constexpr std::string_view kTotals = "totals";
inline constexpr std::string_view kEvents = "events";
inline constexpr std::string_view kPulse = "pulse";
inline constexpr std::string_view kMeta = "meta";

inline constexpr std::string_view kMapNames[] = {
    kBindings4,    kBindings6,    kAddresses4,  kAddresses6, kAddressFilter,
    kSourceRules4, kSourceRules6, kClearBlocks, kAdmissions, kChallenged,
    kKnown,        kFragments,    kCounters,    kInterfaces, kSources,
    kTotals,       kEvents,       kPulse,       kMeta};

}  // namespace sipward::dataplane
