// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "agent/pcscf/relay.h"
#include "sip/message.h"

namespace sipward::pcscf {

/// What any proxy asks of a request before it relays it (RFC 3261 16.3): a scheme that it can route
/// (416) and no extension that it does not know (420). Max-Forwards is the transaction core's.
[[nodiscard]] std::optional<Refusal> check_relayable(const sip::Message& request);

}  // namespace sipward::pcscf
