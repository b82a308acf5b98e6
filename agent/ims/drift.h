// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace sipward::ims {

/// How far the kernel's rows were from the daemon's table, before they were made the same.
struct Drift {
  std::size_t missing = 0;    ///< the daemon had them, the kernel did not
  std::size_t different = 0;  ///< both had them, not alike
  std::size_t extra = 0;      ///< only the kernel had them: a process that has ended wrote them
  std::size_t refused = 0;    ///< of the first two: the kernel does not take them

  [[nodiscard]] bool any() const { return missing + different + extra + refused != 0; }
};

}  // namespace sipward::ims
