// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>

#include "agent/node/control_call.h"

namespace sipward::node {

/// `gate.events`: what the gate told, oldest first, a page behind `after`, of one source when there
/// is an `address`. With `frames`, the captured octets too, as base64. `lost` counts what the gate
/// could not tell, so that nobody takes a gap for silence.
[[nodiscard]] Answer gate_events(const Call& call);

/// The last verdicts on packets of this source.
[[nodiscard]] nlohmann::json gate_events_of(const Node& node, const sip::Endpoint& source);
/// How the reading of events goes.
[[nodiscard]] nlohmann::json gate_event_counters(const Node& node);
/// Verdict and meaning of each reason of the gate, by the name in its counters.
[[nodiscard]] nlohmann::json reasons_json();

}  // namespace sipward::node
