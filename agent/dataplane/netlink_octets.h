// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linux/netlink.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <type_traits>

/// Netlink messages and their attributes (netlink(7)), read as carefully as what strangers send.
namespace sipward::dataplane {

using Octets = std::span<const std::byte>;

template <class T>
[[nodiscard]] Octets octets_of(const T& value) {
  static_assert(std::is_trivially_copyable_v<T>);
  return std::as_bytes(std::span(&value, 1));
}

/// The first octets as a T; nullopt when there are fewer.
template <class T>
std::optional<T> read_as(Octets octets) {
  static_assert(std::is_trivially_copyable_v<T>);
  if (octets.size() < sizeof(T)) return std::nullopt;
  T value{};
  std::memcpy(&value, octets.data(), sizeof(T));
  return value;
}

/// 0 when there are fewer than four.
[[nodiscard]] std::uint32_t read_number(Octets octets);
/// Without the zero at its end.
[[nodiscard]] std::string read_text(Octets octets);

/// Octets behind the first `count` and what pads them to four; empty when there are fewer.
[[nodiscard]] Octets behind(Octets octets, std::size_t count);

struct NetlinkMessage {
  nlmsghdr header{};
  Octets body;
};
/// Takes the next message off a datagram. nullopt: `rest` is empty, or malformed from here on.
std::optional<NetlinkMessage> next_message(Octets& rest);

struct NetlinkAttribute {
  std::uint16_t type = 0;
  Octets value;
};
/// In the same way, of a message's attributes.
std::optional<NetlinkAttribute> next_attribute(Octets& rest);

/// The value of the first attribute of this type; empty: there is none.
[[nodiscard]] Octets find_attribute(Octets attributes, std::uint16_t type);

/// Takes the attributes behind a header; false when they are malformed.
template <class Header, class Take>
bool each_attribute(Octets body, const Take& take) {
  Octets rest = behind(body, sizeof(Header));
  while (const auto attribute = next_attribute(rest)) take(*attribute);
  return rest.empty();
}

}  // namespace sipward::dataplane
