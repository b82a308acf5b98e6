// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace sipward::sip {

/// Whether the text is a SIP-date, `Sat, 13 Nov 2010 23:29:00 GMT` (RFC 3261 20.17): in GMT, with a
/// day that the month has. Whether the day of the week is the right one is not looked at.
[[nodiscard]] bool is_sip_date(std::string_view text);

}  // namespace sipward::sip
