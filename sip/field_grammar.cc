// SPDX-License-Identifier: Apache-2.0
#include "sip/field_grammar.h"

#include <algorithm>
#include <array>

#include "sip/auth.h"
#include "sip/grammar.h"
#include "sip/headers.h"
#include "sip/name_addr.h"
#include "sip/sip_date.h"
#include "sip/via.h"

namespace sipward::sip {
namespace {

constexpr std::uint32_t kMaxForwardsEnd = 256;

using Check = bool (*)(std::string_view value);

bool is_text(std::string_view value) {
  return std::ranges::none_of(value, [](char c) { return is_control(c) && c != '\t'; });
}

bool is_some_text(std::string_view value) { return !value.empty() && is_text(value); }

/// name-addr or addr-spec with parameters, of which `tag` stands at most once and has a value.
bool is_address(std::string_view value) {
  const auto address = parse_name_addr(value);
  if (!address) return false;
  const auto is_tag = [](const Param& param) { return iequals(param.name, "tag"); };
  const auto tags = std::ranges::count_if(address->params, is_tag);
  return tags == 0 || (tags == 1 && is_token(address->params.value("tag").value_or("")));
}

/// RFC 3261 20.34, RFC 3327 4, RFC 3608 5, RFC 7315 5: an address in angle brackets only.
bool is_bracketed_address(std::string_view value) {
  const bool starts_in_bracket = value.starts_with('<');
  const bool has_bracket = starts_in_bracket || value.find('<') != std::string_view::npos;
  return has_bracket && parse_name_addr(value).ok();
}

bool is_contact(std::string_view value) { return value == "*" || is_address(value); }

bool is_via(std::string_view value) { return parse_via(value).ok(); }

bool is_cseq(std::string_view value) { return parse_cseq(value).has_value(); }

/// What a word may hold besides the octets of a token.
constexpr std::string_view kWordMarks = "()<>:\\\"/[]?{}";

bool is_word(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return is_token_char(c) || kWordMarks.find(c) != std::string_view::npos;
  });
}

bool is_call_id(std::string_view value) {
  const std::size_t at = value.find('@');
  if (at == std::string_view::npos) return is_word(value);
  return is_word(value.substr(0, at)) && is_word(value.substr(at + 1));
}

bool is_number(std::string_view value) { return parse_number(value).has_value(); }

bool is_max_forwards(std::string_view value) {
  const auto number = parse_number(value);
  return number && *number < kMaxForwardsEnd;
}

/// `head *(SEMI generic-param)`.
struct Headed {
  std::string_view head;
  bool well_formed = false;
};
Headed split_head(std::string_view value) {
  const std::size_t semicolon = std::min(value.find(';'), value.size());
  return {.head = trim(value.substr(0, semicolon)),
          .well_formed = parse_params(value.substr(semicolon)).has_value()};
}

bool is_token_with_params(std::string_view value) {
  const auto [head, well_formed] = split_head(value);
  return well_formed && is_token(head);
}

bool is_feature_caps(std::string_view value) {
  const auto [head, well_formed] = split_head(value);
  return well_formed && head == "*";
}

bool is_media_type(std::string_view value) {
  const auto [head, well_formed] = split_head(value);
  const std::size_t slash = head.find('/');
  return well_formed && slash != std::string_view::npos && is_token(trim(head.substr(0, slash))) &&
         is_token(trim(head.substr(slash + 1)));
}

/// RFC 3261 20.33: delta-seconds, perhaps a comment, parameters.
bool is_retry_after(std::string_view value) {
  const auto digits_end = std::ranges::find_if_not(value, is_digit);
  const auto digits = static_cast<std::size_t>(digits_end - value.begin());
  const std::string_view rest = trim(value.substr(digits));
  const bool delimited = rest.empty() || rest.front() == '(' || rest.front() == ';';
  return delimited && is_number(value.substr(0, digits)) && is_text(rest);
}

/// Any scheme may stand here; Digest must read one way only.
bool is_authorization(std::string_view value) {
  const auto credentials = parse_credentials(value);
  if (credentials) return true;
  const bool other = credentials.error() == AuthError::kNotDigest;
  return other && is_credentials_shaped(value);
}

bool is_challenge(std::string_view value) {
  const auto challenge = parse_challenge(value);
  if (challenge) return true;
  const bool other = challenge.error() == AuthError::kNotDigest;
  return other && is_credentials_shaped(value);
}

/// namespace.priority (RFC 4412 3.1).
bool is_resource_priority(std::string_view value) {
  return is_token(value) && value.find('.') != std::string_view::npos;
}

/// RFC 3323 4.2: tokens between semicolons.
bool is_privacy(std::string_view value) {
  while (true) {
    const std::size_t semicolon = std::min(value.find(';'), value.size());
    if (!is_token(trim(value.substr(0, semicolon)))) return false;
    if (semicolon == value.size()) return true;
    value.remove_prefix(semicolon + 1);
  }
}

struct Rule {
  Field field;
  Check check;
};

constexpr auto kRules = std::to_array<Rule>({
    {Field::kAccept, is_media_type},
    {Field::kAllow, is_token},
    {Field::kAuthorization, is_authorization},
    {Field::kCSeq, is_cseq},
    {Field::kCallId, is_call_id},
    {Field::kContact, is_contact},
    {Field::kContentEncoding, is_token},
    {Field::kContentLength, is_number},
    {Field::kContentType, is_media_type},
    {Field::kDate, is_sip_date},
    {Field::kEvent, is_token_with_params},
    {Field::kExpires, is_number},
    {Field::kFeatureCaps, is_feature_caps},
    {Field::kFlowTimer, is_number},
    {Field::kFrom, is_address},
    {Field::kMaxForwards, is_max_forwards},
    {Field::kMinExpires, is_number},
    {Field::kPAssertedIdentity, is_address},
    {Field::kPAssociatedUri, is_bracketed_address},
    {Field::kPCalledPartyId, is_bracketed_address},
    {Field::kPPreferredIdentity, is_address},
    {Field::kPServedUser, is_address},
    {Field::kPath, is_bracketed_address},
    {Field::kPrivacy, is_privacy},
    {Field::kProxyAuthenticate, is_challenge},
    {Field::kProxyAuthorization, is_authorization},
    {Field::kProxyRequire, is_token},
    {Field::kReason, is_token_with_params},
    {Field::kRecordRoute, is_bracketed_address},
    {Field::kRequire, is_token},
    {Field::kResourcePriority, is_resource_priority},
    {Field::kRetryAfter, is_retry_after},
    {Field::kRoute, is_bracketed_address},
    {Field::kSecurityClient, is_token_with_params},
    {Field::kSecurityServer, is_token_with_params},
    {Field::kSecurityVerify, is_token_with_params},
    {Field::kServiceRoute, is_bracketed_address},
    {Field::kSubject, is_text},
    {Field::kSupported, is_token},
    {Field::kTo, is_address},
    {Field::kUnknown, is_text},
    {Field::kUnsupported, is_token},
    {Field::kVia, is_via},
    {Field::kWwwAuthenticate, is_challenge},
});

constexpr std::size_t kFieldCount = static_cast<std::size_t>(Field::kUnknown) + 1;

/// By field; those without a rule of their own hold text.
constexpr std::array<Check, kFieldCount> make_checks() {
  std::array<Check, kFieldCount> checks{};
  checks.fill(is_some_text);
  for (const Rule& rule : kRules) checks[static_cast<std::size_t>(rule.field)] = rule.check;
  return checks;
}

constexpr std::array<Check, kFieldCount> kChecks = make_checks();

Check check_of(Field field) { return kChecks[static_cast<std::size_t>(field)]; }

}  // namespace

bool is_valid_value(Field field, std::string_view value) { return check_of(field)(value); }

bool may_be_empty(Field field) {
  return field == Field::kAccept || field == Field::kAllow || field == Field::kSupported;
}

bool may_escape_controls(Field field) {
  const Check check = check_of(field);
  return check == is_address || check == is_contact || check == is_bracketed_address;
}

}  // namespace sipward::sip
