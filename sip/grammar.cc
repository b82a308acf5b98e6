// SPDX-License-Identifier: Apache-2.0
#include "sip/grammar.h"

#include <algorithm>

#include "sip/ip_address.h"

namespace sipward::sip {
namespace {

constexpr std::string_view kTokenMarks = "-.!%*_+`'~";

bool is_label(std::string_view label) {
  return !label.empty() && is_alnum(label.front()) && is_alnum(label.back()) &&
         std::all_of(label.begin(), label.end(), [](char c) { return is_alnum(c) || c == '-'; });
}

/// RFC 3261 25.1 hostname: labels, the last one starts with a letter, a final dot is allowed.
bool is_hostname(std::string_view text) {
  if (text.ends_with('.')) text.remove_suffix(1);
  while (true) {
    const std::size_t dot = text.find('.');
    const std::string_view label = text.substr(0, dot);
    if (!is_label(label)) return false;
    if (dot == std::string_view::npos) return is_alpha(label.front());
    text.remove_prefix(dot + 1);
  }
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
  if (!text.empty() && text.front() == '"') {
    auto quoted = take_quoted(text);
    if (!quoted) return false;
    param.value = std::move(*quoted);
    param.quoted = true;
    return true;
  }
  const std::string_view value = take_while(text, is_param_value_char);
  // RFC 3261 25.1: `received` holds an IPv6 address without brackets.
  if (!is_token(value) && !is_host(value) && !IpAddress::parse(value)) return false;
  param.value = std::string(value);
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
  std::string out;
  for (std::size_t i = 1; i < text.size(); ++i) {
    char c = text[i];
    if (c == '"') {
      text.remove_prefix(i + 1);
      return out;
    }
    if (c == '\\') {
      if (++i == text.size()) return std::nullopt;
      c = text[i];
      if (static_cast<unsigned char>(c) > 0x7f || c == '\r' || c == '\n') return std::nullopt;
    } else if (is_control(c) && c != '\t') {
      return std::nullopt;
    }
    out += c;
  }
  return std::nullopt;
}

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\' || (is_control(c) && c != '\t')) out += '\\';
    out += c;
  }
  out += '"';
}

bool is_host(std::string_view text) {
  if (text.empty()) return false;
  if (text.front() == '[') {
    if (text.back() != ']') return false;
    const std::string_view inner = text.substr(1, text.size() - 2);
    return inner.find(':') != std::string_view::npos && IpAddress::parse(inner).has_value();
  }
  return is_hostname(text) || (text.find(':') == std::string_view::npos && IpAddress::parse(text));
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

std::optional<HostPort> parse_host_port(std::string_view text, bool spaces) {
  const std::size_t bracket = text.rfind(']');
  const std::size_t colon = text.find(':', bracket == std::string_view::npos ? 0 : bracket);
  HostPort out{.host = text.substr(0, colon), .port = std::nullopt};
  if (colon != std::string_view::npos) {
    std::string_view port = text.substr(colon + 1);
    if (spaces) port = trim(port);
    out.port = parse_port(port);
    if (!out.port) return std::nullopt;
  }
  if (spaces) out.host = trim(out.host);
  if (!is_host(out.host)) return std::nullopt;
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
