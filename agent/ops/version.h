// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace sipward::ops {

/// Of the project, as CMakeLists.txt has it (a test compares them).
inline constexpr std::string_view kVersion = "0.1.0";

}  // namespace sipward::ops
