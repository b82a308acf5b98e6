// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include "agent/ims/tag.h"
#include "agent/pcscf/binding_table.h"

namespace sipward::pcscf {

/// What may come from a datagram's source.
struct Source {
  /// The row that speaks for it; null for a stranger.
  const FlowBinding* row = nullptr;
  bool may_register = true;
  /// The kernel's word and the table do not agree.
  bool mismatch = false;
  /// So, because the packet is from before the row's last overwrite.
  bool stale_epoch = false;
  /// The row's user may be gone: it speaks for nobody until he registers again.
  bool suspect = false;

  /// Where the packet entered, if the gate noted it or the row's is known to be the same.
  std::optional<ims::Anchor> anchor = {};

  /// The row that a REGISTER may count on: what comes from a suspect one is a stranger's.
  [[nodiscard]] const FlowBinding* registrant() const { return suspect ? nullptr : row; }
};

/// The kernel's tag against the table. A tag names no user; it only says which row, and which
/// tenancy of it, let the packet pass. A packet that waited in the socket while its source changed
/// hands carries the old tenancy's tag and is nobody's.
[[nodiscard]] Source judge_source(const FlowBinding* row, const std::optional<ims::Tag>& tag,
                                  ims::TagPolicy policy);

}  // namespace sipward::pcscf
