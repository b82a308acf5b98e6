// SPDX-License-Identifier: Apache-2.0
#include "sip/header_row.h"

#include "sip/grammar.h"

namespace sipward::sip {

Result<HeaderRow, ParseError> parse_header_row(std::string_view line, std::size_t offset) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) {
    return ParseError{.code = ParseErrorCode::kNoColon, .offset = offset};
  }
  std::string_view name = line.substr(0, colon);
  while (!name.empty() && is_space(name.back())) name.remove_suffix(1);
  if (!is_token(name)) {
    return ParseError{.code = ParseErrorCode::kBadHeaderName, .offset = offset};
  }
  return HeaderRow{.field = parse_field(name), .name = name, .value = trim(line.substr(colon + 1))};
}

}  // namespace sipward::sip
