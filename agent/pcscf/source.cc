// SPDX-License-Identifier: Apache-2.0
#include "agent/pcscf/source.h"

#include <cstdint>

namespace sipward::pcscf {
namespace {

using Verdict = ims::Tag::Verdict;

constexpr std::uint32_t low_bits(std::uint32_t value, unsigned bits) {
  return value & ((1U << bits) - 1);
}

/// The kernel found a row for the packet, and it passed by it.
bool is_by_row(const ims::Tag& tag) {
  return tag.verdict == Verdict::kBound || tag.verdict == Verdict::kSuspect;
}

struct Tenancy {
  std::uint32_t id = 0;
  std::uint32_t epoch = 0;
};

bool names(const ims::Tag& tag, const Tenancy& tenancy) {
  return is_by_row(tag) && tag.binding == low_bits(tenancy.id, ims::kTagBindingBits) &&
         tag.epoch == low_bits(tenancy.epoch, ims::kTagEpochBits);
}

/// The row under another epoch, or the tenant that it was taken from.
bool names_earlier(const ims::Tag& tag, const FlowBinding& row) {
  if (!is_by_row(tag)) return false;
  if (tag.binding == low_bits(row.id, ims::kTagBindingBits)) return true;
  return row.former_id != 0 && names(tag, {.id = row.former_id, .epoch = row.epoch - 1});
}

}  // namespace

Source judge_source(const FlowBinding* row, const std::optional<ims::Tag>& tag,
                    ims::TagPolicy policy) {
  const bool known = row != nullptr && row->suspect;
  if (policy == ims::TagPolicy::kAbsent) return {.row = row, .suspect = known};
  const bool by_row = tag && is_by_row(*tag);
  const bool agree =
      row != nullptr ? tag && names(*tag, {.id = row->id, .epoch = row->epoch}) : !by_row;
  Source source{.row = row,
                .mismatch = !agree,
                .stale_epoch = !agree && row != nullptr && tag && names_earlier(*tag, *row),
                .suspect = known || (agree && by_row && tag->verdict == Verdict::kSuspect)};
  // By the row passes only what has the row's anchor.
  if (agree && row != nullptr) source.anchor = row->anchor;
  if (policy == ims::TagPolicy::kAdvisory) return source;
  source.may_register = by_row || (tag && tag->verdict == Verdict::kAdmitted);
  if (!agree) {
    source.row = nullptr;
    source.suspect = false;
  }
  return source;
}

}  // namespace sipward::pcscf
