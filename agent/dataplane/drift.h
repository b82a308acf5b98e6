// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <span>

#include "agent/dataplane/gate_maps.h"
#include "agent/ims/actions.h"
#include "agent/ims/drift.h"

namespace sipward::dataplane {

/// Makes the kernel's rows those that the daemon has. First goes what it does not have, then comes
/// what it has: a moment in which nobody's packets pass is right, one in which they pass as
/// somebody else's is not. Sources whose rows go are `remembered` for so long as lately bound:
/// after a restart they all come at once.
ims::Drift reconcile(GateMaps& maps, std::span<const ims::KernelRow> wanted,
                     std::chrono::seconds remembered);

}  // namespace sipward::dataplane
