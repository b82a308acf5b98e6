// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sip/ip_address.h"
#include "sip/params.h"
#include "sip/result.h"

/// The small words of RFC 3261 25.1 that every header is made of.
namespace sipward::sip {

[[nodiscard]] constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
[[nodiscard]] constexpr bool is_alpha(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
[[nodiscard]] constexpr bool is_alnum(char c) { return is_digit(c) || is_alpha(c); }
[[nodiscard]] constexpr bool is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
[[nodiscard]] constexpr bool is_space(char c) { return c == ' ' || c == '\t'; }
/// 0-31 and 127, HTAB included.
[[nodiscard]] constexpr bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}
[[nodiscard]] bool is_token_char(char c);
[[nodiscard]] bool is_token(std::string_view text);  ///< not empty

[[nodiscard]] std::string_view trim(std::string_view text);  ///< SP and HTAB at both ends
[[nodiscard]] constexpr char to_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
[[nodiscard]] constexpr char to_upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}
[[nodiscard]] std::string to_lower(std::string_view text);
[[nodiscard]] bool iequals(std::string_view a, std::string_view b);  ///< ASCII only

/// The quoted string at the front of `text` (which starts with `"`), unescaped; `text` moves behind
/// it. nullopt when it does not end, holds an octet that must be escaped and is not, an escaped
/// line end, or what is no UTF-8 (RFC 3629). An escaped control octet is legal (RFC 3261 25.1).
[[nodiscard]] std::optional<std::string> take_quoted(std::string_view& text);
/// `"..."` with `"`, `\` and control octets escaped.
void append_quoted(std::string& out, std::string_view text);

/// RFC 3261 25.1 hostname; the whole text.
[[nodiscard]] bool is_host_name(std::string_view text);
/// A host name, an IPv4 address or a bracketed IPv6 address; the whole text.
[[nodiscard]] bool is_host(std::string_view text);
/// The address that a host, or an address without brackets, is; nullopt for a name.
[[nodiscard]] std::optional<IpAddress> host_address(std::string_view host);
/// At most five digits, 1 to 65535.
[[nodiscard]] std::optional<std::uint16_t> parse_port(std::string_view text);
/// At most three digits, 0 to 255.
[[nodiscard]] bool is_ttl(std::string_view text);

struct HostPort {
  std::string_view host;
  std::optional<std::uint16_t> port;
};
enum class HostPortError : std::uint8_t { kBadHost, kBadPort };
/// `host[:port]`, white space around the colon allowed if `spaces`.
Result<HostPort, HostPortError> parse_host_port(std::string_view text, bool spaces);

/// The values of a comma list; commas inside quotes and `<>` do not count. nullopt when a quote or
/// bracket does not close. Elements are trimmed and may be empty.
[[nodiscard]] std::optional<std::vector<std::string_view>> split_comma_list(std::string_view text);

/// `;name=value;name="value";name`, white space allowed around `;` and `=`; the whole text, which
/// may be empty. Generic-param of RFC 3261: values are tokens, hosts or quoted strings; no name
/// twice (RFC 3261 7.3.1), at most kMostParams.
[[nodiscard]] std::optional<Params> parse_params(std::string_view text);

}  // namespace sipward::sip
