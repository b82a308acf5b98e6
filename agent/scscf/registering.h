// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/scscf/procedure.h"

/// Registration with SIP Digest (TS 24.229 5.4.1, TS 33.203 Annex N.2). No binding changes without
/// a right response in the REGISTER itself, whatever `integrity-protected` says.
namespace sipward::scscf {

/// A REGISTER that has just arrived.
[[nodiscard]] Step start_register(const Office& office, const Work& work);

/// The subscriber who has the username, or without credentials the identity; nullptr if there is
/// none. He is then challenged and refused just like one who exists.
[[nodiscard]] Step register_with(const Office& office, const Work& work,
                                 const Subscriber* subscriber, sip::Time now);

}  // namespace sipward::scscf
