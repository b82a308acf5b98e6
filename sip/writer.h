// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "sip/message.h"

namespace sipward::sip {

/// The one canonical form: long names, one row per value, CRLF, no folding, Content-Length always
/// last and right. Unknown headers keep their name and value.
[[nodiscard]] std::string write_message(const Message& message);

}  // namespace sipward::sip
