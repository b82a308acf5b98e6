// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "agent/ims/identity.h"
#include "sip/auth.h"

namespace sipward::pcscf {

/// The values of `integrity-protected` that Digest without TLS knows (TS 24.229 7.2A.2). There is
/// no "no": it would select AKA.
enum class Flag : std::uint8_t { kNone, kIpAssocPending, kIpAssocYes };

/// TS 24.229 5.2.2.3. `bound_to`: the user of the live row of the packet's source, or null. A row
/// of another user is no association of this one: it says who was here before.
[[nodiscard]] Flag decide_flag(const sip::Credentials& credentials, const ims::Impi* bound_to);

/// "ip-assoc-yes"; empty for kNone.
[[nodiscard]] std::string_view flag_text(Flag flag);

}  // namespace sipward::pcscf
