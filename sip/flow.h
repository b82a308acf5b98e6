// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "sip/ip_address.h"

namespace sipward::sip {

/// kInternal joins two elements of one process: message values, delivered once, in order.
enum class Transport : std::uint8_t { kUdp, kTcp, kTls, kInternal };

[[nodiscard]] std::string_view transport_name(Transport transport);  ///< "udp", ... lower case
[[nodiscard]] std::optional<Transport> parse_transport(std::string_view text);  ///< any case
/// Whether retransmission timers are off (RFC 3261 17).
[[nodiscard]] constexpr bool is_reliable(Transport t) { return t != Transport::kUdp; }

/// RFC 5626: transport and both ends. Where a message came from, and where an answer goes to.
struct Flow {
  Transport transport = Transport::kUdp;
  Endpoint local;
  Endpoint remote;
  /// Identity of the connection object for stream transports; 0 for UDP.
  std::uint64_t connection = 0;

  /// `udp/203.0.113.7:40001`, for logs.
  [[nodiscard]] std::string text() const;
  auto operator<=>(const Flow&) const = default;
};

}  // namespace sipward::sip

template <>
struct std::hash<sipward::sip::Flow> {
  std::size_t operator()(const sipward::sip::Flow& flow) const noexcept;
};
