// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "agent/dataplane/gate_config.h"
#include "agent/ims/actions.h"
#include "tests/kernel/packet_builder.h"

namespace sipward::test {

/// What a frame is to a gate, read anew and without haste: the reference that random frames are
/// judged by.
struct Reading {
  /// For a listener, or aimed at one's address in a way that only hides whether it is.
  bool guarded = false;
  /// The row that could speak for it: with its port, or (port 0) without. nullopt: nothing can,
  /// because it has no ports that can be read.
  std::optional<ims::BindingKey> exact;
  std::optional<ims::BindingKey> wildcard;
};

[[nodiscard]] Reading read_frame(const Frame& frame,
                                 const std::vector<dataplane::Listener>& listeners);

}  // namespace sipward::test
