// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "agent/scscf/nonce.h"
#include "sip/time.h"

namespace sipward::scscf {

/// `nc` as the eight hex digits of RFC 7616 3.4; nullopt for anything else and for zero.
[[nodiscard]] std::optional<std::uint32_t> parse_nonce_count(std::string_view text);

/// Which nonce counts have been used. Only a nonce that was answered with a right response has an
/// entry, until it expires: nobody without credentials makes this table grow.
///
/// UDP reorders: a count below the highest is taken once if it is at most `kWindow` below it.
class NonceCounts {
 public:
  static constexpr std::uint32_t kWindow = 64;

  explicit NonceCounts(std::size_t capacity) : capacity_(capacity) {}

  enum class Use : std::uint8_t {
    kAccepted,
    kRepeated,  ///< used before, or too far below the highest to tell
    kFull,      ///< no room for another nonce: refused rather than an older one forgotten
  };
  /// `nonce` must be fresh.
  Use use(const Nonces::Check& nonce, std::uint32_t count, sip::Time now);

  [[nodiscard]] std::size_t size() const { return used_.size(); }

 private:
  struct Counts {
    std::uint32_t highest = 0;
    std::uint64_t below = 0;  ///< bit i: highest - 1 - i has been used
  };
  /// Ordered by expiry, so that what has run out is at the front. The id is our own random number.
  std::map<std::pair<sip::Time, std::uint64_t>, Counts> used_;
  std::size_t capacity_;
};

}  // namespace sipward::scscf
