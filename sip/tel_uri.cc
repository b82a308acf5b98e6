// SPDX-License-Identifier: Apache-2.0
#include "sip/tel_uri.h"

#include <algorithm>

#include "sip/escape.h"
#include "sip/grammar.h"

namespace sipward::sip {
namespace {

constexpr std::string_view kSeparators = "-.()";

bool is_separator(char c) { return kSeparators.find(c) != std::string_view::npos; }

/// Octets that `accept` takes and separators, at least one that is no separator.
bool is_number_of(std::string_view text, bool (*accept)(char)) {
  const bool all = std::ranges::all_of(text, [&](char c) { return is_separator(c) || accept(c); });
  return all && !std::ranges::all_of(text, is_separator);
}

bool is_local_digit(char c) { return is_hex(c) || c == '*' || c == '#'; }

/// RFC 3966 3, descriptor: a domain name or a global number.
bool is_context(std::string_view text) { return is_global_number(text) || is_host_name(text); }

bool is_phone_param(const Param& param) {
  if (iequals(param.name, "ext")) return param.value && is_number_of(*param.value, is_digit);
  if (iequals(param.name, "isub")) return param.value.has_value();
  if (iequals(param.name, "phone-context")) return param.value && is_context(*param.value);
  return std::ranges::all_of(param.name, [](char c) { return is_alnum(c) || c == '-'; });
}

}  // namespace

bool is_global_number(std::string_view text) {
  return text.starts_with('+') && is_number_of(text.substr(1), is_digit);
}

bool is_phone_number(std::string_view text) {
  return is_global_number(text) || is_number_of(text, is_local_digit);
}

bool are_phone_params(std::string_view number, const Params& params) {
  if (!std::ranges::all_of(params, is_phone_param)) return false;
  return is_global_number(number) || params.has("phone-context");
}

std::string plain_number(std::string_view number) {
  std::string out;
  for (const char c : number) {
    if (!is_separator(c)) out += to_lower(c);
  }
  return out;
}

std::string plain_phone_param(std::string_view name, std::string_view value) {
  const bool is_number =
      iequals(name, "ext") || (iequals(name, "phone-context") && is_global_number(value));
  return is_number ? plain_number(value) : to_lower(normalise_escapes(value));
}

}  // namespace sipward::sip
