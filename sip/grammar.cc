// SPDX-License-Identifier: Apache-2.0
#include "sip/grammar.h"

#include <algorithm>

namespace sipward::sip {
namespace {

constexpr std::string_view kTokenMarks = "-.!%*_+`'~";

bool is_label(std::string_view label) {
  return !label.empty() && is_alnum(label.front()) && is_alnum(label.back()) &&
         std::ranges::all_of(label, [](char c) { return is_alnum(c) || c == '-'; });
}

void skip_space(std::string_view& text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
}

bool is_param_value_char(char c) { return is_token_char(c) || c == '[' || c == ']' || c == ':'; }

std::string_view take_while(std::string_view& text, bool (*accept)(char)) {
  std::size_t n = 0;
  while (n < text.size() && accept(text[n])) ++n;
  const std::string_view taken = text.substr(0, n);
  text.remove_prefix(n);
  return taken;
}

bool take_param_value(std::string_view& text, Param& param) {
  param.quoted = text.starts_with('"');
  if (param.quoted) {
    param.value = take_quoted(text);
    return param.value.has_value();
  }
  const std::string_view value = take_while(text, is_param_value_char);
  // RFC 3261 25.1: `received` holds an IPv6 address without brackets.
  if (!is_token(value) && !is_host(value) && !IpAddress::parse(value)) return false;
  param.value = value;
  return true;
}

/// The range of the second octet narrows for these first octets (RFC 3629 4): no overlong form, no
/// surrogate, nothing above U+10FFFF.
bool is_second_octet(unsigned char first, unsigned char second) {
  switch (first) {
    case 0xe0:
      return second >= 0xa0 && second <= 0xbf;
    case 0xed:
      return second >= 0x80 && second <= 0x9f;
    case 0xf0:
      return second >= 0x90 && second <= 0xbf;
    case 0xf4:
      return second >= 0x80 && second <= 0x8f;
    default:
      return second >= 0x80 && second <= 0xbf;
  }
}

/// How many octets the UTF-8 character at the front takes; 0 if there is none.
std::size_t utf8_length(std::string_view text) {
  const auto octet = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = octet(0);
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4) return 0;
  const std::size_t length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  if (text.size() < length || !is_second_octet(first, octet(1))) return 0;
  for (std::size_t i = 2; i < length; ++i) {
    if ((octet(i) & 0xc0) != 0x80) return 0;
  }
  return length;
}

/// quoted-pair (RFC 3261 25.1): any ASCII octet but a line end.
bool may_be_escaped(char c) {
  return static_cast<unsigned char>(c) < 0x80 && c != '\r' && c != '\n';
}

/// Appends the character at the front of the text inside quotes, and steps behind it.
bool take_quoted_character(std::string_view& text, std::string& out) {
  if (text.front() == '\\') {
    if (text.size() < 2 || !may_be_escaped(text[1])) return false;
    out += text[1];
    text.remove_prefix(2);
    return true;
  }
  const std::size_t length = utf8_length(text);
  if (length == 0 || (is_control(text.front()) && text.front() != '\t')) return false;
  out += text.substr(0, length);
  text.remove_prefix(length);
  return true;
}

}  // namespace

bool is_token_char(char c) { return is_alnum(c) || kTokenMarks.find(c) != std::string_view::npos; }

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_token_char);
}

std::string_view trim(std::string_view text) {
  skip_space(text);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

std::string to_lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = to_lower(c);
  return out;
}

bool iequals(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
           return to_lower(x) == to_lower(y);
         });
}

std::optional<std::string> take_quoted(std::string_view& text) {
  std::string_view rest = text.substr(1);
  std::string out;
  while (!rest.empty()) {
    if (rest.front() == '"') {
      text = rest.substr(1);
      return out;
    }
    if (!take_quoted_character(rest, out)) return std::nullopt;
  }
  return std::nullopt;
}

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    const bool is_escaped = c == '"' || c == '\\' || (is_control(c) && c != '\t');
    if (is_escaped) out += '\\';
    out += c;
  }
  out += '"';
}

bool is_host_name(std::string_view text) {
  if (text.ends_with('.')) text.remove_suffix(1);
  for (;;) {
    const std::size_t dot = std::min(text.find('.'), text.size());
    const std::string_view label = text.substr(0, dot);
    if (!is_label(label)) return false;
    if (dot == text.size()) return is_alpha(label.front());  // toplabel
    text.remove_prefix(dot + 1);
  }
}

bool is_host(std::string_view text) {
  if (is_host_name(text)) return true;
  const bool has_colon = text.find(':') != std::string_view::npos;
  return has_colon == text.starts_with('[') && host_address(text).has_value();
}

std::optional<IpAddress> host_address(std::string_view host) {
  if (!host.starts_with('[')) return IpAddress::parse(host);
  if (!host.ends_with(']')) return std::nullopt;
  host = host.substr(1, host.size() - 2);
  if (host.find(':') == std::string_view::npos) return std::nullopt;  // brackets are for IPv6
  return IpAddress::parse(host);
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  if (text.empty() || text.size() > 5) return std::nullopt;
  std::uint32_t value = 0;
  for (const char c : text) {
    if (!is_digit(c)) return std::nullopt;
    value = value * 10 + static_cast<std::uint32_t>(c - '0');
  }
  if (value == 0 || value > 65'535) return std::nullopt;
  return static_cast<std::uint16_t>(value);
}

bool is_ttl(std::string_view text) {
  constexpr std::string_view kLargest = "255";
  return !text.empty() && text.size() <= kLargest.size() && std::ranges::all_of(text, is_digit) &&
         (text.size() < kLargest.size() || text <= kLargest);
}

Result<HostPort, HostPortError> parse_host_port(std::string_view text, bool spaces) {
  const std::size_t bracket = text.rfind(']');
  const std::size_t colon = text.find(':', bracket == std::string_view::npos ? 0 : bracket);
  HostPort out{.host = text.substr(0, colon), .port = std::nullopt};
  if (spaces) out.host = trim(out.host);
  if (!is_host(out.host)) return HostPortError::kBadHost;
  if (colon == std::string_view::npos) return out;
  const std::string_view port = text.substr(colon + 1);
  out.port = parse_port(spaces ? trim(port) : port);
  if (!out.port) return HostPortError::kBadPort;
  return out;
}

std::optional<std::vector<std::string_view>> split_comma_list(std::string_view text) {
  std::vector<std::string_view> out;
  bool quoted = false;
  bool bracketed = false;
  std::size_t start = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c == '\\') ++i;
      if (c == '"') quoted = false;
    } else if (c == '"') {
      quoted = !bracketed;
    } else if (c == '<' || c == '>') {
      bracketed = c == '<';
    } else if (c == ',' && !bracketed) {
      out.push_back(trim(text.substr(start, i - start)));
      start = i + 1;
    }
  }
  if (quoted || bracketed) return std::nullopt;
  out.push_back(trim(text.substr(start)));
  return out;
}

std::optional<Params> parse_params(std::string_view text) {
  Params params;
  skip_space(text);
  while (!text.empty()) {
    if (text.front() != ';') return std::nullopt;
    text.remove_prefix(1);
    skip_space(text);
    Param param{.name = std::string(take_while(text, is_token_char)), .value = std::nullopt};
    if (param.name.empty() || params.has(param.name)) return std::nullopt;
    if (params.size() == kMostParams) return std::nullopt;
    skip_space(text);
    if (!text.empty() && text.front() == '=') {
      text.remove_prefix(1);
      skip_space(text);
      if (!take_param_value(text, param)) return std::nullopt;
      skip_space(text);
    }
    params.append(std::move(param));
  }
  return params;
}

}  // namespace sipward::sip
