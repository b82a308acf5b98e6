// SPDX-License-Identifier: Apache-2.0
#include "sip/auth.h"

#include <algorithm>
#include <array>

#include "sip/grammar.h"

namespace sipward::sip {
namespace {

/// Parameters that are written without quotes in credentials (RFC 7616 3.4).
constexpr std::array<std::string_view, 5> kBare = {"algorithm", "qop", "nc", "stale", "userhash"};

bool is_bare(std::string_view name) {
  return std::any_of(kBare.begin(), kBare.end(),
                     [&](std::string_view bare) { return iequals(bare, name); });
}

/// The parameters behind `Digest `.
Result<Params, AuthError> parse_digest(std::string_view value) {
  value = trim(value);
  const std::size_t space = value.find_first_of(" \t");
  if (!iequals(value.substr(0, space), "Digest")) return AuthError::kNotDigest;
  if (space == std::string_view::npos) return AuthError::kBadSyntax;
  const auto items = split_comma_list(value.substr(space));
  if (!items) return AuthError::kBadSyntax;
  Params params;
  for (std::string_view item : *items) {
    const std::size_t equals = item.find('=');
    if (equals == std::string_view::npos) return AuthError::kBadSyntax;
    const std::string_view name = trim(item.substr(0, equals));
    std::string_view text = trim(item.substr(equals + 1));
    if (!is_token(name) || text.empty()) return AuthError::kBadSyntax;
    if (params.has(name)) return AuthError::kDuplicate;
    Param param{.name = std::string(name), .value = std::nullopt};
    if (text.front() == '"') {
      param.quoted = true;
      param.value = take_quoted(text);
      if (!param.value || !text.empty()) return AuthError::kBadSyntax;
    } else {
      if (!is_token(text)) return AuthError::kBadSyntax;
      param.value = std::string(text);
    }
    params.append(std::move(param));
  }
  return params;
}

std::string text_of(const Params& params, std::string_view name) {
  return std::string(params.value(name).value_or(""));
}

bool all_hex(std::string_view text) { return std::all_of(text.begin(), text.end(), is_hex); }

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
  if (!all_hex(out.response)) return AuthError::kBadSyntax;
  if (params->has("nc") && (out.nc.size() != 8 || !all_hex(out.nc))) return AuthError::kBadSyntax;
  out.params = std::move(*params);
  return out;
}

std::string write_credentials(const Credentials& credentials) {
  std::string out = "Digest ";
  bool first = true;
  for (const Param& param : credentials.params) {
    if (!first) out += ", ";
    first = false;
    out += param.name;
    out += '=';
    const std::string_view value = param.value ? std::string_view(*param.value) : "";
    if (is_bare(param.name) && is_token(value)) {
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
         std::none_of(rest.begin(), rest.end(), [](char c) { return is_control(c) && c != '\t'; });
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
