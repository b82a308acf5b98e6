// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sip/ip_address.h"

namespace sipward::sip {

/// A block of addresses (RFC 4632, RFC 4291 2.3). Host bits are zero, so that one block has one
/// spelling.
struct IpPrefix {
  IpAddress ip;
  std::uint8_t length = 0;  ///< bits: 0 to 32 of an IPv4 address, 0 to 128 of an IPv6 one

  /// Reads `192.0.2.0/24`, `2001:db8::/32`, and an address alone, which is a block of one. nullopt
  /// when a host bit is set: whoever wrote it meant something else.
  static std::optional<IpPrefix> parse(std::string_view text);
  /// The block that holds this one address.
  static IpPrefix of(const IpAddress& ip);

  [[nodiscard]] bool contains(const IpAddress& other) const;
  /// The same block, or a part of it.
  [[nodiscard]] bool covers(const IpPrefix& other) const;
  [[nodiscard]] std::string text() const;  ///< `192.0.2.0/24`
  auto operator<=>(const IpPrefix&) const = default;
};

}  // namespace sipward::sip
