// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sip/message.h"

namespace sipward::pcscf {

/// What a scrub removed, for the report: names of trust-domain headers and URI parameters, each
/// once. What a UE may legitimately send and we consume (P-Preferred-Identity, sec-agree) is
/// removed too but not listed.
using Scrubbed = std::vector<std::string_view>;
[[nodiscard]] std::string joined(const Scrubbed& names);  ///< "P-Asserted-Identity, iotl"

/// The trust boundary on the way in (TS 24.229 4.4, 5.2.1; RFC 3325 5): removes what only the
/// network may say, from any request or response of a UE, and what ends at the P-CSCF.
Scrubbed scrub_from_ue(sip::Message& message);

/// The trust boundary on the way out (TS 24.229 4.4, 5.2.1; RFC 3325 9.3): removes charging and
/// network-internal headers, and the asserted identity if its owner asked for privacy.
void scrub_toward_ue(sip::Message& message);

/// Whether `Privacy` asks to hide the asserted identity (RFC 3325 9.3).
[[nodiscard]] bool asks_identity_privacy(const sip::Message& message);

}  // namespace sipward::pcscf
