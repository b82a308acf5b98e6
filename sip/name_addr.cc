// SPDX-License-Identifier: Apache-2.0
#include "sip/name_addr.h"

#include <algorithm>

#include "sip/grammar.h"

namespace sipward::sip {
namespace {

/// RFC 3261 25.1: *(token LWS). Octets above 127 only inside quotes.
bool is_token_phrase(std::string_view text) {
  while (!text.empty()) {
    const std::size_t space = text.find_first_of(" \t");
    if (!is_token(text.substr(0, space))) return false;
    if (space == std::string_view::npos) return true;
    text = trim(text.substr(space));
  }
  return true;
}

Result<NameAddr, NameAddrError> finish(NameAddr out, std::string_view uri,
                                       std::string_view params) {
  auto parsed = parse_uri(uri);
  if (!parsed) return NameAddrError::kBadUri;
  out.uri = std::move(*parsed);
  auto list = parse_params(params);
  if (!list) return NameAddrError::kBadParams;
  out.params = std::move(*list);
  return out;
}

Result<NameAddr, NameAddrError> parse_bracketed(NameAddr out, std::string_view text) {
  const std::size_t close = text.find('>');
  if (close == std::string_view::npos) return NameAddrError::kUnclosed;
  return finish(std::move(out), text.substr(1, close - 1), text.substr(close + 1));
}

/// quoted-string [LWS] name-addr
Result<NameAddr, NameAddrError> parse_quoted_name(std::string_view text) {
  auto name = take_quoted(text);
  if (!name) return NameAddrError::kBadDisplayName;
  text = trim(text);
  if (!text.starts_with('<')) return NameAddrError::kBadDisplayName;
  return parse_bracketed({.display_name = std::move(*name)}, text);
}

/// RFC 3261 20: without brackets a comma or question mark would be ambiguous, and what follows a
/// semicolon belongs to the header.
Result<NameAddr, NameAddrError> parse_addr_spec(std::string_view text) {
  const std::size_t semicolon = std::min(text.find(';'), text.size());
  const std::string_view uri = trim(text.substr(0, semicolon));
  if (uri.find_first_of(",?") != std::string_view::npos) return NameAddrError::kBadUri;
  return finish({}, uri, text.substr(semicolon));
}

}  // namespace

std::string NameAddr::text() const {
  std::string out;
  if (!display_name.empty()) {
    append_quoted(out, display_name);
    out += ' ';
  }
  out += '<';
  append_uri(out, uri);
  out += '>';
  append_params(out, params);
  return out;
}

std::string_view describe(NameAddrError error) {
  switch (error) {
    case NameAddrError::kEmpty:
      return "address is empty";
    case NameAddrError::kBadDisplayName:
      return "display name does not parse";
    case NameAddrError::kUnclosed:
      return "bracket does not close";
    case NameAddrError::kBadUri:
      return "URI does not parse";
    case NameAddrError::kBadParams:
      return "parameters do not parse";
  }
  return "address does not parse";
}

Result<NameAddr, NameAddrError> parse_name_addr(std::string_view text) {
  text = trim(text);
  if (text.empty()) return NameAddrError::kEmpty;
  if (text.starts_with('"')) return parse_quoted_name(text);
  const std::size_t open = text.find('<');
  if (open == std::string_view::npos) return parse_addr_spec(text);
  const std::string_view phrase = trim(text.substr(0, open));
  if (!is_token_phrase(phrase)) return NameAddrError::kBadDisplayName;
  return parse_bracketed({.display_name = std::string(phrase)}, text.substr(open));
}

}  // namespace sipward::sip
