// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "sip/reader.h"

namespace sipward::sip {
namespace {

struct Entry {
  int status;
  std::string_view text;
};

constexpr auto kEntries = std::to_array<Entry>({
#define SIPWARD_SIP_PARSE_ERROR_ENTRY(id, status, text) {status, text},
    SIPWARD_SIP_PARSE_ERRORS(SIPWARD_SIP_PARSE_ERROR_ENTRY)
#undef SIPWARD_SIP_PARSE_ERROR_ENTRY
});

const Entry& entry_of(ParseErrorCode code) { return kEntries[static_cast<std::size_t>(code)]; }

}  // namespace

int ParseError::status() const { return entry_of(code).status; }

std::string_view ParseError::text() const { return entry_of(code).text; }

std::string ParseError::describe() const {
  std::string out;
  if (field != Field::kUnknown) out.append(field_name(field)).append(": ");
  return out.append(text()).append(" (octet ").append(std::to_string(offset)).append(")");
}

}  // namespace sipward::sip
