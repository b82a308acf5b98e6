// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sipward::pcscf {

/// P-Charging-Vector of a request toward the core (RFC 7315 4.6, TS 24.229 4.5.2): the charging
/// identity, unique with our name in it, and the network it comes from.
struct ChargingVector {
  std::uint64_t icid = 0;
  std::string_view node;         ///< our name
  std::string_view originating;  ///< type-1 orig-ioi: the visited network

  [[nodiscard]] std::string text() const;
};

/// The text as a quoted string.
[[nodiscard]] std::string quoted(std::string_view text);

}  // namespace sipward::pcscf
