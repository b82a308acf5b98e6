// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>

namespace sipward::sip {

/// Time is an argument: nothing in the core reads a clock. On Linux the steady clock is
/// CLOCK_MONOTONIC, the clock the kernel side compares a row's expiry with.
using Time = std::chrono::steady_clock::time_point;
using Duration = std::chrono::steady_clock::duration;

/// Where branches, tags and choices come from: the system's generator in the product, a seeded one
/// in tests.
using RandomSource = std::function<std::uint64_t()>;

}  // namespace sipward::sip
