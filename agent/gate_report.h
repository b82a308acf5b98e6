// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/dataplane/gate.h"

/// What sipward-gate tells people.
namespace sipward {

/// What was done to standard output; warnings and alarms to standard error.
void print(const dataplane::Report& report);
void print(const dataplane::Status& status, bool json);

}  // namespace sipward
