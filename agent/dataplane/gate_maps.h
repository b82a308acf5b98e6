// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "agent/dataplane/admissions.h"
#include "agent/dataplane/bindings.h"
#include "agent/dataplane/lanes.h"
#include "agent/dataplane/pulse.h"

namespace sipward::dataplane {

/// The pinned maps that the daemon works with. An upgrade or a new attach may put others in their
/// place at any time: what is open then goes on working, and nobody looks at it.
struct GateMaps {
  Bindings bindings;
  Lanes lanes;
  Admissions admissions;
  Pulse pulse;
  std::string pin_path;
  std::uint32_t pulse_id = 0;  ///< of the map `pulse`, in the kernel

  static sip::Result<GateMaps, std::string> open(const std::string& pin_path);

  /// Others are pinned there now. False also when none are: the gate is detached.
  [[nodiscard]] bool are_replaced() const;
};

}  // namespace sipward::dataplane
