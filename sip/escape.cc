// SPDX-License-Identifier: Apache-2.0
#include "sip/escape.h"

#include <cstddef>

#include "sip/grammar.h"

namespace sipward::sip {
namespace {

constexpr std::string_view kMarks = "-_.!~*'()";
constexpr std::string_view kHexDigits = "0123456789ABCDEF";
constexpr std::size_t kEscapeLength = 3;

std::size_t hex_value(char c) {
  return static_cast<std::size_t>(is_digit(c) ? c - '0' : to_lower(c) - 'a' + 10);
}

/// Whether an escape stands at the front.
bool starts_with_escape(std::string_view text) {
  return text.size() >= kEscapeLength && text[0] == '%' && is_hex(text[1]) && is_hex(text[2]);
}

/// The octet of the escape at the front.
char escaped_octet(std::string_view text) {
  return static_cast<char>(hex_value(text[1]) * 16 + hex_value(text[2]));
}

}  // namespace

bool is_unreserved(char c) { return is_alnum(c) || kMarks.find(c) != std::string_view::npos; }

bool is_escaped_text(std::string_view text, std::string_view marks) {
  while (!text.empty()) {
    const char c = text.front();
    if (c == '%') {
      if (!starts_with_escape(text)) return false;
      text.remove_prefix(kEscapeLength);
      continue;
    }
    if (!is_unreserved(c) && marks.find(c) == std::string_view::npos) return false;
    text.remove_prefix(1);
  }
  return true;
}

std::string normalise_escapes(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    if (!starts_with_escape(text)) {
      out += text.front();
      text.remove_prefix(1);
      continue;
    }
    if (const char c = escaped_octet(text); is_unreserved(c)) {
      out += c;
    } else {
      out += {'%', kHexDigits[hex_value(text[1])], kHexDigits[hex_value(text[2])]};
    }
    text.remove_prefix(kEscapeLength);
  }
  return out;
}

bool has_escaped_control(std::string_view text) {
  for (; !text.empty(); text.remove_prefix(1)) {
    if (starts_with_escape(text) && is_control(escaped_octet(text))) return true;
  }
  return false;
}

}  // namespace sipward::sip
