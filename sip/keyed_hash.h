// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sipward::sip {

struct HashKey {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
};

/// SipHash-2-4 (Aumasson, Bernstein: SipHash, a fast short-input PRF).
[[nodiscard]] std::uint64_t sip_hash(const HashKey& key, std::string_view bytes);

/// sip_hash under a key drawn once per process: for tables whose keys strangers choose. Without
/// the key nobody can send us names that all fall into one bucket.
[[nodiscard]] std::uint64_t keyed_hash(std::string_view bytes);

/// For unordered containers with string keys; transparent.
struct KeyedHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return keyed_hash(text); }
};

}  // namespace sipward::sip
