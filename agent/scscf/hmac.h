// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace sipward::scscf {

/// HMAC-SHA-256 of `text` under `key`, 32 octets. `purpose` keeps the uses of one key apart; it
/// must not contain NUL.
[[nodiscard]] std::string hmac_sha256(std::string_view key, std::string_view purpose,
                                      std::string_view text);

}  // namespace sipward::scscf
