// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "agent/ops/config.h"
#include "agent/ops/config_reader.h"

/// The kinds of values that the sections share.
namespace sipward::ops {

inline constexpr std::size_t kMaxListed = 256;
inline constexpr std::size_t kMaxNameLength = 255;

/// Each reads a value as it stands in the file; nullopt: it is no such thing.
std::optional<std::string> parse_interface(std::string_view text);
/// An absolute path in its shortest form, so that one place has one spelling.
std::optional<std::string> parse_path(std::string_view text);
std::optional<std::string> parse_socket_path(std::string_view text);
std::optional<std::string> parse_user(std::string_view text);
/// What may stand as the host of a SIP URI; a name in lower case.
std::optional<std::string> parse_host(std::string_view text);
std::optional<std::string> parse_realm(std::string_view text);
/// `udp:ADDRESS:PORT`. The transport is written out because more are to come.
std::optional<sip::Endpoint> parse_udp(std::string_view text);
/// `udp:`, `tcp:` or `tls:`, then ADDRESS:PORT.
std::optional<GuardedListener> parse_listener(std::string_view text);

inline constexpr Kind<std::string> kInterface{"the name of a network interface", parse_interface};
inline constexpr Kind<std::string> kPath{"an absolute path without . or ..", parse_path};
inline constexpr Kind<std::string> kSocketPath{"an absolute path of at most 107 octets",
                                               parse_socket_path};
inline constexpr Kind<std::string> kUser{"the name of a system user", parse_user};
inline constexpr Kind<std::string> kHost{"a host name or an address ([...] for IPv6) without port",
                                         parse_host};
inline constexpr Kind<std::string> kRealm{"a realm: printable ASCII without quotes", parse_realm};
inline constexpr Kind<sip::Endpoint> kUdp{"udp:ADDRESS:PORT", parse_udp};
inline constexpr Kind<sip::IpAddress> kAddress{"an IPv4 or IPv6 address", sip::IpAddress::parse};
inline constexpr Kind<GuardedListener> kListener{
    "tcp:ADDRESS:PORT, tls:ADDRESS:PORT or udp:ADDRESS:PORT", parse_listener};
inline constexpr Kind<sip::IpPrefix> kPrefix{"ADDRESS/LENGTH without host bits, or an address",
                                             sip::IpPrefix::parse};

/// One of a few words.
template <class E, std::size_t N>
std::optional<E> choose(const std::array<std::pair<std::string_view, E>, N>& words,
                        std::string_view text) {
  for (const auto& [word, value] : words) {
    if (word == text) return value;
  }
  return std::nullopt;
}

template <class E, std::size_t N>
using Words = std::array<std::pair<std::string_view, E>, N>;

}  // namespace sipward::ops
