// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace sipward::ops {

/// Text that may stand in a line for people: everything but printable ASCII as `\xNN`, a
/// quote and a backslash with a backslash before it, and never more than `limit` octets of the
/// source (then `...` follows). A stranger's words can neither end the line nor drive a terminal.
[[nodiscard]] std::string escape(std::string_view text, std::size_t limit);
/// The same between quotes.
[[nodiscard]] std::string quote(std::string_view text, std::size_t limit);
/// Bare when it is one word of harmless letters, else between quotes: the value of `name=value`.
[[nodiscard]] std::string log_value(std::string_view text, std::size_t limit);

}  // namespace sipward::ops
