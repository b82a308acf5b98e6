// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/scscf/procedure.h"

/// Where a request goes once it is clear who sent it (TS 24.229 5.4.3.2, 5.4.3.3).
namespace sipward::scscf {

/// Takes our own rows off the top of Route. True if the first of them, which we gave out as
/// Service-Route, marks the request as originating (TS 24.229 5.4.3.1).
bool take_own_routes(sip::Message& request, const Neighbours& neighbours);

/// By the Route that is left, else by the Request-URI: in a dialog to the element it names, to a
/// user of ours through the Path of each contact, otherwise to the next hop. Dialogs get our
/// Record-Route.
[[nodiscard]] Step route(const Office& office, Work& work);

/// Goes on for a user who has no contact: 480 if he exists, else 404, or the next hop for a number
/// that is nobody's here. `subscriber` is nullptr if there is none.
[[nodiscard]] Step route_unregistered(const Office& office, Work& work,
                                      const Subscriber* subscriber);

}  // namespace sipward::scscf
