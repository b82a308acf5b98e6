// SPDX-License-Identifier: Apache-2.0
#include "agent/pcscf/source.h"

#include <cstdint>

namespace sipward::pcscf {
namespace {

using Verdict = ims::Tag::Verdict;

constexpr std::uint32_t low_bits(std::uint32_t value, unsigned bits) {
  return value & ((1U << bits) - 1);
}

bool names(const ims::Tag& tag, const FlowBinding& row) {
  return tag.verdict == Verdict::kBound && tag.binding == low_bits(row.id, ims::kTagBindingBits) &&
         tag.epoch == low_bits(row.epoch, ims::kTagEpochBits);
}

}  // namespace

Source judge_source(const FlowBinding* row, const std::optional<ims::Tag>& tag,
                    ims::TagPolicy policy) {
  if (policy == ims::TagPolicy::kAbsent) return {.row = row};
  const bool bound = tag && tag->verdict == Verdict::kBound;
  const bool agree = row != nullptr ? tag && names(*tag, *row) : !bound;
  if (policy == ims::TagPolicy::kAdvisory) return {.row = row, .mismatch = !agree};
  return {.row = agree ? row : nullptr,
          .may_register = bound || (tag && tag->verdict == Verdict::kAdmitted),
          .mismatch = !agree};
}

}  // namespace sipward::pcscf
