// SPDX-License-Identifier: Apache-2.0
#include "agent/ops/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <iterator>

namespace sipward::ops {
namespace {

bool is_plain(char c) {
  const auto octet = static_cast<unsigned char>(c);
  return octet >= 0x20 && octet < 0x7f;
}

/// Letters that need no quotes, so that a line splits at its spaces.
bool is_word(char c) { return is_plain(c) && c != ' ' && c != '"' && c != '\\' && c != '='; }

void append_escaped(std::string& out, char c) {
  if (c == '"' || c == '\\') {
    out += '\\';
    out += c;
  } else if (is_plain(c)) {
    out += c;
  } else {
    fmt::format_to(std::back_inserter(out), "\\x{:02x}", static_cast<unsigned char>(c));
  }
}

}  // namespace

std::string escape(std::string_view text, std::size_t limit) {
  std::string out;
  for (const char c : text.substr(0, limit)) append_escaped(out, c);
  if (text.size() > limit) out += "...";
  return out;
}

std::string quote(std::string_view text, std::size_t limit) {
  return '"' + escape(text, limit) + '"';
}

std::string log_value(std::string_view text, std::size_t limit) {
  const bool bare =
      !text.empty() && text.size() <= limit && std::all_of(text.begin(), text.end(), is_word);
  return bare ? std::string(text) : quote(text, limit);
}

}  // namespace sipward::ops
