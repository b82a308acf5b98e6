// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <functional>

namespace sipward::test {

inline constexpr const char* kGroup = "nogroup";

/// Exit code of the work, done by a process of `nobody` in the given group only, without any
/// capability.
int as_nobody(gid_t group, const std::function<int()>& work);

}  // namespace sipward::test
