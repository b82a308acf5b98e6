// SPDX-License-Identifier: Apache-2.0
#include "agent/scscf/nonce_counts.h"

#include <charconv>

namespace sipward::scscf {

std::optional<std::uint32_t> parse_nonce_count(std::string_view text) {
  if (text.size() != 8) return std::nullopt;
  std::uint32_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count, 16);
  if (error != std::errc() || end != text.data() + text.size() || count == 0) return std::nullopt;
  return count;
}

NonceCounts::Use NonceCounts::use(const Nonces::Check& nonce, std::uint32_t count, sip::Time now) {
  while (!used_.empty() && used_.begin()->first.first < now) used_.erase(used_.begin());

  const std::pair key{nonce.expires, nonce.id};
  const auto known = used_.find(key);
  if (known == used_.end()) {
    if (used_.size() >= capacity_) return Use::kFull;
    used_.emplace(key, Counts{.highest = count});
    return Use::kAccepted;
  }
  Counts& counts = known->second;
  if (count > counts.highest) {
    const std::uint32_t step = count - counts.highest;
    counts.below = step >= kWindow ? 0 : counts.below << step;
    if (step <= kWindow) counts.below |= std::uint64_t{1} << (step - 1);
    counts.highest = count;
    return Use::kAccepted;
  }
  const std::uint32_t distance = counts.highest - count;
  if (distance == 0 || distance > kWindow) return Use::kRepeated;
  const std::uint64_t bit = std::uint64_t{1} << (distance - 1);
  if ((counts.below & bit) != 0) return Use::kRepeated;
  counts.below |= bit;
  return Use::kAccepted;
}

}  // namespace sipward::scscf
