// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "agent/node/binding_map.h"
#include "agent/ops/config.h"
#include "agent/ops/log.h"

namespace sipward::node {

/// The maps that sipward-gate has pinned; without [gate], none. Throws std::runtime_error when they
/// are not there or may not be written.
[[nodiscard]] std::unique_ptr<BindingMap> open_bindings(const ops::Config& config, ops::Log& log);

}  // namespace sipward::node
