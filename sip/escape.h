// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

/// `%`-escapes of URIs (RFC 3261 25.1, RFC 3986 2).
namespace sipward::sip {

/// alphanum / mark
[[nodiscard]] bool is_unreserved(char c);

/// Every octet is unreserved, one of `marks`, or part of an escape. An escaped NUL is legal (RFC 4475
/// 3.1.1.4): only unreserved characters are ever unescaped, so that it stays three characters.
[[nodiscard]] bool is_escaped_text(std::string_view text, std::string_view marks);

/// `%`-escapes of unreserved characters resolved, hex digits of the others in upper case: two texts
/// that RFC 3261 19.1.4 calls equal have one normal form. What is no escape stays as it is.
[[nodiscard]] std::string normalise_escapes(std::string_view text);

/// Whether a control octet is hidden in an escape, NUL included.
[[nodiscard]] bool has_escaped_control(std::string_view text);

}  // namespace sipward::sip
