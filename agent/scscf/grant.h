// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/scscf/procedure.h"
#include "agent/scscf/register_request.h"

namespace sipward::scscf {

/// A REGISTER whose Digest answer was right.
struct Proved {
  const RegisterRequest& wanted;
  Protection protection = Protection::kAbsent;
  const Subscriber& user;
  const Answer& answer;
};

/// Checks that the identity is the user's, applies the REGISTER, and makes the 200 OK or the
/// refusal (TS 24.229 5.4.1.2.2F, 5.4.1.4; RFC 5626 6).
[[nodiscard]] Step grant(const Office& office, const Work& work, const Proved& proved,
                         sip::Time now);

}  // namespace sipward::scscf
