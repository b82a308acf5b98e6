// SPDX-License-Identifier: Apache-2.0
#include "sip/auth.h"

#include <algorithm>
#include <array>
#include <span>

#include "sip/grammar.h"

namespace sipward::sip {
namespace {

/// RFC 7616 3.4, TS 24.229 7.2A.2: how a parameter of ours is written. Any other stays as it was.
constexpr auto kQuoted = std::to_array<std::string_view>(
    {"username", "realm", "nonce", "uri", "response", "cnonce", "opaque", "integrity-protected"});
constexpr auto kBare = std::to_array<std::string_view>({"algorithm", "qop", "nc"});

bool is_one_of(std::span<const std::string_view> names, std::string_view name) {
  return std::ranges::any_of(names, [&](std::string_view known) { return iequals(known, name); });
}

/// `name = value`, the value a token or a quoted string without control octets.
std::optional<Param> parse_auth_param(std::string_view text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos) return std::nullopt;
  const std::string_view name = trim(text.substr(0, equals));
  std::string_view value = trim(text.substr(equals + 1));
  if (!is_token(name)) return std::nullopt;
  Param param{.name = std::string(name), .value = std::nullopt};
  if (!value.starts_with('"')) {
    if (!is_token(value)) return std::nullopt;
    param.value = value;
    return param;
  }
  param.quoted = true;
  param.value = take_quoted(value);
  if (!param.value || !value.empty()) return std::nullopt;
  // An identity that ends at a NUL for one reader is another identity for the next.
  if (std::ranges::any_of(*param.value, is_control)) return std::nullopt;
  return param;
}

/// The parameters behind `Digest `.
Result<Params, AuthError> parse_digest(std::string_view value) {
  value = trim(value);
  const std::size_t space = std::min(value.find_first_of(" \t"), value.size());
  if (!iequals(value.substr(0, space), "Digest")) return AuthError::kNotDigest;
  const auto items = split_comma_list(value.substr(space));
  if (!items || items->size() > kMostParams) return AuthError::kBadSyntax;
  Params params;
  for (const std::string_view item : *items) {
    auto param = parse_auth_param(item);
    if (!param) return AuthError::kBadSyntax;
    if (params.has(param->name)) return AuthError::kDuplicate;
    params.append(std::move(*param));
  }
  return params;
}

std::string text_of(const Params& params, std::string_view name) {
  return std::string(params.value(name).value_or(""));
}

bool all_hex(std::string_view text) { return std::ranges::all_of(text, is_hex); }

/// Shapes only; an empty response is legal: a first REGISTER answers no challenge yet.
bool are_well_shaped(const Params& params) {
  constexpr std::size_t kCountLength = 8;
  const auto nc = params.value("nc");
  const auto qop = params.value("qop");
  return all_hex(params.value("response").value_or("")) && (!qop || is_token(*qop)) &&
         (!nc || (nc->size() == kCountLength && all_hex(*nc)));
}

}  // namespace

std::string_view describe(AuthError error) {
  switch (error) {
    case AuthError::kNotDigest:
      return "scheme is not Digest";
    case AuthError::kBadSyntax:
      return "parameters do not parse";
    case AuthError::kDuplicate:
      return "a parameter stands twice";
    case AuthError::kMissing:
      return "a parameter is missing";
  }
  return "does not parse";
}

Result<Credentials, AuthError> parse_credentials(std::string_view value) {
  auto params = parse_digest(value);
  if (!params) return params.error();
  if (!are_well_shaped(*params)) return AuthError::kBadSyntax;
  Credentials out;
  out.username = text_of(*params, "username");
  out.realm = text_of(*params, "realm");
  out.nonce = text_of(*params, "nonce");
  out.uri = text_of(*params, "uri");
  out.response = text_of(*params, "response");
  out.algorithm = text_of(*params, "algorithm");
  out.cnonce = text_of(*params, "cnonce");
  out.qop = text_of(*params, "qop");
  out.nc = text_of(*params, "nc");
  out.opaque = text_of(*params, "opaque");
  out.params = std::move(*params);
  return out;
}

std::string write_credentials(const Credentials& credentials) {
  std::string out = "Digest";
  std::string_view before = " ";
  for (const Param& param : credentials.params) {
    out += before;
    before = ", ";
    out += param.name;
    out += '=';
    const std::string_view value = param.value ? std::string_view(*param.value) : "";
    const bool wants_quotes =
        is_one_of(kQuoted, param.name) || (param.quoted && !is_one_of(kBare, param.name));
    if (!wants_quotes && is_token(value)) {
      out += value;
    } else {
      append_quoted(out, value);
    }
  }
  return out;
}

bool is_credentials_shaped(std::string_view value) {
  const std::size_t space = value.find_first_of(" \t");
  if (space == std::string_view::npos || !is_token(value.substr(0, space))) return false;
  const std::string_view rest = trim(value.substr(space));
  return !rest.empty() &&
         std::ranges::none_of(rest, [](char c) { return is_control(c) && c != '\t'; });
}

Result<Challenge, AuthError> parse_challenge(std::string_view value) {
  auto params = parse_digest(value);
  if (!params) return params.error();
  if (!params->has("realm") || !params->has("nonce")) return AuthError::kMissing;
  Challenge out{.realm = text_of(*params, "realm"), .nonce = text_of(*params, "nonce")};
  if (params->has("algorithm")) out.algorithm = text_of(*params, "algorithm");
  out.qop = text_of(*params, "qop");
  out.stale = iequals(text_of(*params, "stale"), "true");
  return out;
}

std::string write_challenge(const Challenge& challenge) {
  std::string out = "Digest realm=";
  append_quoted(out, challenge.realm);
  out += ", nonce=";
  append_quoted(out, challenge.nonce);
  if (challenge.stale) out += ", stale=true";
  out += ", algorithm=" + challenge.algorithm + ", qop=";
  append_quoted(out, challenge.qop);
  return out;
}

}  // namespace sipward::sip
