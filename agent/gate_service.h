// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "agent/dataplane/gate_config.h"

namespace sipward {

/// Keeps the gate on its interfaces until SIGTERM or SIGINT: an interface that comes, or comes
/// back, gets its gate at once; the source rules follow the kernel's routes and addresses. SIGHUP
/// reads the configuration again; what runs goes on when it is wrong. Everything stays pinned at
/// the end.
///
/// `config`: what to begin with. `load`: reads it again; throws a line for the operator. Throws
/// when the first attach fails; interfaces that are not there yet are no failure.
void run_gate_service(dataplane::GateConfig config,
                      const std::function<dataplane::GateConfig()>& load);

}  // namespace sipward
