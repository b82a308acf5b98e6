// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sipward::ops {

// RFC 4648 4, with padding: octets in JSON.
[[nodiscard]] std::string write_base64(std::string_view octets);
/// nullopt: it is not what `write_base64` writes.
[[nodiscard]] std::optional<std::string> parse_base64(std::string_view text);

}  // namespace sipward::ops
