// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace sipward::sip {

/// An IPv4 or IPv6 address as a value. An IPv4-mapped IPv6 address is held as the IPv4 address it
/// stands for, so that one source has one spelling. Text is RFC 5952's canonical form, without
/// brackets.
class IpAddress {
 public:
  IpAddress() = default;  ///< 0.0.0.0

  /// Reads dotted IPv4 or IPv6 text, without brackets and without a zone.
  static std::optional<IpAddress> parse(std::string_view text);
  /// 4 or 16 octets, network order.
  static std::optional<IpAddress> from_bytes(std::span<const std::uint8_t> bytes);

  [[nodiscard]] bool is_v4() const { return v4_; }
  /// 4 or 16 octets, network order.
  [[nodiscard]] std::span<const std::uint8_t> bytes() const {
    return {bytes_.data(), v4_ ? std::size_t{4} : std::size_t{16}};
  }
  [[nodiscard]] bool is_unspecified() const;
  [[nodiscard]] std::string text() const;
  /// As a SIP host: IPv6 in brackets (RFC 5954).
  [[nodiscard]] std::string host() const;

  auto operator<=>(const IpAddress&) const = default;

 private:
  std::array<std::uint8_t, 16> bytes_{};
  bool v4_ = true;
};

struct Endpoint {
  IpAddress ip;
  std::uint16_t port = 0;

  /// Reads `192.0.2.1:5060` and `[2001:db8::1]:5060`; the port is required.
  static std::optional<Endpoint> parse(std::string_view text);
  /// `192.0.2.1:5060`, `[2001:db8::1]:5060`
  [[nodiscard]] std::string text() const;
  auto operator<=>(const Endpoint&) const = default;
};

}  // namespace sipward::sip

template <>
struct std::hash<sipward::sip::IpAddress> {
  std::size_t operator()(const sipward::sip::IpAddress& ip) const noexcept;
};
template <>
struct std::hash<sipward::sip::Endpoint> {
  std::size_t operator()(const sipward::sip::Endpoint& endpoint) const noexcept;
};
