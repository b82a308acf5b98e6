// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sip/time.h"

namespace sipward::sip {

/// RFC 3261 17.1.1.1, table 4; RFC 6026.
struct Timers {
  Duration t1 = std::chrono::milliseconds(500);  ///< round trip estimate: timers A, E, G begin here
  Duration t2 = std::chrono::seconds(4);         ///< longest interval of E and G
  Duration t4 = std::chrono::seconds(5);         ///< longest life of a message in the network: I, K
  Duration d = std::chrono::seconds(32);         ///< timer D

  /// Timers B, F, H, J, L and M: after that long the other side has given up.
  [[nodiscard]] Duration give_up() const { return 64 * t1; }
};

}  // namespace sipward::sip
