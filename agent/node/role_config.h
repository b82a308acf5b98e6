// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/ops/config.h"
#include "agent/pcscf/config.h"
#include "agent/scscf/config.h"

namespace sipward::node {

/// The file's words in those of the roles. The section must be there.
[[nodiscard]] pcscf::Config make_pcscf_config(const ops::Config& config);
[[nodiscard]] scscf::Config make_scscf_config(const ops::Config& config);

}  // namespace sipward::node
