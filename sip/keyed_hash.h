// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sipward::sip {

/// SipHash-2-4 under a key drawn once per process: for tables whose keys strangers choose.
[[nodiscard]] std::uint64_t keyed_hash(std::string_view bytes);

/// For unordered containers with string keys; transparent.
struct KeyedHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return keyed_hash(text); }
};

}  // namespace sipward::sip
