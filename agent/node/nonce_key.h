// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

namespace sipward::node {

inline constexpr std::size_t kNonceKeyLength = 32;

struct NonceKey {
  std::string octets;
  std::string warning;  ///< why it will not survive a restart; empty if it will
};

/// The key of the nonces, from `STATE/nonce.key` (mode 0600), made at the first start. With it the
/// challenges of before a restart stay good. Without a place to write, the key lives as long as the
/// process: UEs are challenged once more after a restart, nothing worse.
[[nodiscard]] NonceKey load_nonce_key(const std::string& state_directory);

}  // namespace sipward::node
