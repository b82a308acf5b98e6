// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "sip/reader.h"

namespace sipward::sip {

/// A request line or a status line (RFC 3261 7.1, 7.2), as views into it.
struct StartLine {
  std::string_view method{};  ///< empty for a status line
  std::string_view uri{};     ///< as written, not yet parsed
  std::string_view version{};
  int status = 0;  ///< 0 for a request line
  std::string_view reason{};
};

/// Exactly one SP between the parts, and none around them. The version is looked at last, so that
/// kBadVersion means a line that is well-formed but for it. `offset` is where the line stands.
Result<StartLine, ParseError> parse_start_line(std::string_view line, std::size_t offset);

}  // namespace sipward::sip
