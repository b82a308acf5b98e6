// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>

namespace sipward::ims {

/// Where a packet entered the host, as the gate saw it: the only evidence about a UDP source that
/// is not the sender's own word. A row keeps that of its REGISTER.
struct Anchor {
  std::uint8_t slot = 0;  ///< of the interface, in the gate's map `interfaces`
  std::array<std::uint8_t, 6> mac{};
  std::uint16_t vlan = 0;        ///< outermost tag; 0: none
  std::uint16_t inner_vlan = 0;  ///< of two
  std::uint8_t hop_limit = 0;    ///< or TTL

  /// `slot 0, VLAN 100.7, MAC 02:00:00:00:00:01, hop limit 63`
  [[nodiscard]] std::string text() const;
  bool operator==(const Anchor&) const = default;
};

}  // namespace sipward::ims
