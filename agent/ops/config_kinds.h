// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "agent/ops/config.h"
#include "agent/ops/config_reader.h"
#include "agent/ops/config_words.h"

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

/// `"auto", "tcx" or "clsact"`
[[nodiscard]] std::string list_words(std::span<const std::string_view> words);

/// One of the words of E.
template <class E>
Kind<E> word_kind() {
  static const std::string expected = list_words(kWords<E>);
  return {.expected = expected, .parse = parse_word<E>};
}
template <class E>
void read_word(Section& section, std::string_view key, E& value) {
  section.read(key, value, word_kind<E>());
}

}  // namespace sipward::ops
