// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>

#include "agent/node/binding_map.h"
#include "agent/ops/event_ledger.h"
#include "agent/pcscf/binding_table.h"
#include "agent/scscf/registrar.h"

namespace sipward::node {

/// How the control API shows what a node holds. `now` turns the core's times into ages.
[[nodiscard]] nlohmann::json to_json(const pcscf::FlowBinding& row, sip::Time now);
[[nodiscard]] nlohmann::json to_json(const ims::KernelRow& row, sip::Time now);
[[nodiscard]] nlohmann::json to_json(const scscf::Registration& registration, sip::Time now);
[[nodiscard]] nlohmann::json to_json(const ops::EventLedger::Entry& entry);
[[nodiscard]] nlohmann::json to_json(const ims::Drift& drift);

/// `2026-01-31T12:00:00.000Z`
[[nodiscard]] std::string wall_text(ops::WallTime at);
/// For programs: nanoseconds since 1970.
[[nodiscard]] std::int64_t unix_ns(ops::WallTime at);

/// Whether the kernel would judge by this row as the table does: epoch, binding, and expiry to the
/// second.
[[nodiscard]] bool agree(const pcscf::FlowBinding& row, const ims::KernelRow& kernel);

}  // namespace sipward::node
