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
    default:
      return std::nullopt;
  }
}

}  // namespace

std::optional<ims::Tag> tag_of(std::uint32_t mark) {
  const auto verdict = verdict_of(mark >> SIPWARD_MARK_VERDICT_SHIFT);
  if (!verdict) return std::nullopt;
  const std::uint32_t row = mark & SIPWARD_MARK_TAG_MASK;
  if (mark != ((mark >> SIPWARD_MARK_VERDICT_SHIFT << SIPWARD_MARK_VERDICT_SHIFT) | row)) {
    return std::nullopt;  // bits that a gate leaves zero
  }
  if (*verdict != ims::Tag::Verdict::kBound && row != 0) return std::nullopt;
  return ims::Tag{.verdict = *verdict,
                  .binding = static_cast<std::uint16_t>(row >> SIPWARD_BINDING_SHIFT),
                  .epoch = static_cast<std::uint8_t>(row & SIPWARD_EPOCH_MASK)};
}

}  // namespace sipward::dataplane
