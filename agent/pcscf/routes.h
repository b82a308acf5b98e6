// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agent/pcscf/own_addresses.h"
#include "sip/message.h"
#include "sip/name_addr.h"

namespace sipward::pcscf {

/// Removes our own entries from the top of Route.
void pop_own_routes(sip::Message& request, const OwnAddresses& own);

/// The user part of the top Route entry, if that is ours: a flow token, or empty.
[[nodiscard]] std::optional<std::string> own_token(const sip::Message& request,
                                                   const OwnAddresses& own);
/// Removes the top entry and, of a double Record-Route (RFC 5658), its twin with the same token.
void pop_own_token(sip::Message& request, const OwnAddresses& own);

enum class RouteMatch : std::uint8_t { kAbsent, kEqual, kDiffers };
/// Route against the stored Service-Route, URI by URI (TS 24.229 5.2.6.3.3).
[[nodiscard]] RouteMatch match_routes(const sip::Message& request,
                                      const std::vector<sip::NameAddr>& service_route);
void set_routes(sip::Message& request, const std::vector<sip::NameAddr>& routes);

/// Whether the request may set up a dialog, so that we must stay on its path.
[[nodiscard]] bool forms_dialog(sip::Method method);
/// RFC 5658: the side that the request came from, and on top of it the side it leaves to.
void record_route(sip::Message& request, const sip::NameAddr& incoming,
                  const sip::NameAddr& outgoing);

}  // namespace sipward::pcscf
