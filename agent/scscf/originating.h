// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/scscf/procedure.h"

/// Who sent a request other than REGISTER: the identity that the P-CSCF asserted by address, the
/// user that Digest proves, and which of the two counts (TS 24.229 5.4.3.2, 5.4.3.6; TS 33.203
/// Annex Q). What passes is routed.
namespace sipward::scscf {

/// A request that has just arrived.
[[nodiscard]] Step originate(const Office& office, Work& work, sip::Time now);

/// The subscriber for the request's Proxy-Authorization, or whose challenge is wanted; nullptr if
/// there is none.
[[nodiscard]] Step originate_with(const Office& office, Work& work, const Subscriber* subscriber,
                                  sip::Time now);

}  // namespace sipward::scscf
