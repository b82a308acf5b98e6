// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "sip/reader.h"

namespace sipward::sip {

/// `name: value` of one unfolded header line, as views into it.
struct HeaderRow {
  Field field = Field::kUnknown;
  std::string_view name{};   ///< as written
  std::string_view value{};  ///< trimmed
};

/// SP and HTAB between the name and the colon are HCOLON's and belong to neither (RFC 3261 25.1):
/// a header is not hidden by them. `offset` is where the line stands.
Result<HeaderRow, ParseError> parse_header_row(std::string_view line, std::size_t offset);

}  // namespace sipward::sip
