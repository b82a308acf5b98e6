// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "sip/params.h"

/// Telephone numbers, in tel URIs and in the user part of SIP URIs with user=phone (RFC 3966).
namespace sipward::sip {

/// RFC 3966 3: `+` and digits; or digits, hex letters, `*` and `#`. Visual separators anywhere.
[[nodiscard]] bool is_phone_number(std::string_view text);
[[nodiscard]] bool is_global_number(std::string_view text);

/// Whether the parameters may stand behind this number: a local number needs a phone-context.
[[nodiscard]] bool are_phone_params(std::string_view number, const Params& params);

/// The number without visual separators, lower case.
[[nodiscard]] std::string plain_number(std::string_view number);

/// A tel parameter's value as RFC 3966 4 compares it: `ext` and a global phone-context without
/// visual separators, everything in lower case.
[[nodiscard]] std::string plain_phone_param(std::string_view name, std::string_view value);

}  // namespace sipward::sip
