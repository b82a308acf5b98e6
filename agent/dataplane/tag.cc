// SPDX-License-Identifier: Apache-2.0
#include "agent/dataplane/tag.h"

#include "bpf/abi.h"

namespace sipward::dataplane {

static_assert(SIPWARD_BINDING_BITS == ims::kTagBindingBits);
static_assert(SIPWARD_EPOCH_BITS == ims::kTagEpochBits);

namespace {

std::optional<ims::Tag::Verdict> verdict_of(std::uint32_t word) {
  switch (word) {
    case SIPWARD_VERDICT_BOUND:
      return ims::Tag::Verdict::kBound;
    case SIPWARD_VERDICT_UNBOUND:
      return ims::Tag::Verdict::kUnbound;
    case SIPWARD_VERDICT_ADMITTED:
      return ims::Tag::Verdict::kAdmitted;
    case SIPWARD_VERDICT_EMERGENCY:
      return ims::Tag::Verdict::kEmergency;
    case SIPWARD_VERDICT_SUSPECT:
      return ims::Tag::Verdict::kSuspect;
    default:
      return std::nullopt;
  }
}

}  // namespace

std::optional<ims::Tag> tag_of(std::uint32_t mark) {
  using Verdict = ims::Tag::Verdict;
  const auto verdict = verdict_of(mark >> SIPWARD_MARK_VERDICT_SHIFT);
  if (!verdict) return std::nullopt;
  const std::uint32_t particulars = mark & SIPWARD_MARK_TAG_MASK;
  if (mark != ((mark >> SIPWARD_MARK_VERDICT_SHIFT << SIPWARD_MARK_VERDICT_SHIFT) | particulars)) {
    return std::nullopt;  // bits that a gate leaves zero
  }
  ims::Tag tag{.verdict = *verdict};
  if (*verdict == Verdict::kBound || *verdict == Verdict::kSuspect) {
    tag.binding = static_cast<std::uint16_t>(particulars >> SIPWARD_BINDING_SHIFT);
    tag.epoch = static_cast<std::uint8_t>(particulars & SIPWARD_EPOCH_MASK);
  } else if (*verdict == Verdict::kUnbound) {
    if (particulars != 0) return std::nullopt;
  } else if (particulars < SIPWARD_ADMISSIONS) {
    tag.seat = particulars;
  } else {
    return std::nullopt;
  }
  return tag;
}

}  // namespace sipward::dataplane
