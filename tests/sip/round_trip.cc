// SPDX-License-Identifier: Apache-2.0
#include "tests/sip/round_trip.h"

#include <algorithm>

#include "sip/reader.h"
#include "sip/writer.h"

namespace sipward::sip::test {
namespace {

/// Long names in the place of compact ones, and one row for each element of a list.
bool is_grown_too_long(const Message& message, const std::string& bytes) {
  const bool long_row = std::ranges::any_of(message.headers(), [](const Header& header) {
    return header.name.size() + header.value.size() + 4 > ReaderLimits::kHeaderLength;
  });
  return long_row || bytes.size() > ReaderLimits::kMessage;
}

bool same_header(const Header& a, const Header& b) {
  return a.field == b.field && a.name == b.name && a.value == b.value;
}

std::string difference(const Message& a, const Message& b) {
  if (a.status() != b.status() || a.reason() != b.reason()) return "status line";
  if (a.method() != b.method() || a.method_text() != b.method_text()) return "method";
  if (a.is_request() && a.request_uri().text() != b.request_uri().text()) return "Request-URI";
  if (!std::ranges::equal(a.headers(), b.headers(), same_header)) return "headers";
  return a.body() == b.body() ? "" : "body";
}

}  // namespace

std::string round_trip_difference(const Message& message) {
  const std::string bytes = write_message(message);
  if (is_grown_too_long(message, bytes)) return "";
  const auto again = parse_message(bytes);
  if (!again) return "what was written is refused: " + again.error().describe();
  if (write_message(*again) != bytes) return "bytes of the second writing";
  return difference(message, *again);
}

}  // namespace sipward::sip::test
