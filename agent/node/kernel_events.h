// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "agent/node/gate_events.h"
#include "agent/ops/config.h"
#include "agent/ops/log.h"

namespace sipward::node {

/// The ring that sipward-gate has pinned. nullptr without [gate], and when it cannot be opened,
/// which the log tells: events are for people, the node works without them.
[[nodiscard]] std::unique_ptr<GateEventSource> open_gate_events(const ops::Config& config,
                                                                ops::Log& log);

}  // namespace sipward::node
