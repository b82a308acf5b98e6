// SPDX-License-Identifier: Apache-2.0
#include "sip/uri.h"

#include <algorithm>
#include <array>

#include "sip/escape.h"
#include "sip/grammar.h"
#include "sip/tel_uri.h"

namespace sipward::sip {
namespace {

// RFC 3261 25.1: what may stand beside unreserved characters and escapes.
constexpr std::string_view kUserMarks = "&=+$,;?/";
constexpr std::string_view kPasswordMarks = "&=+$,";
constexpr std::string_view kParamMarks = "[]/:&+$";
constexpr std::string_view kHeaderMarks = "[]/?:+$";
constexpr std::string_view kReservedMarks = ";/?:@&=+$,[]";
// RFC 8141 2: pchar and `/`.
constexpr std::string_view kUrnMarks = ";/:@&=+$,";
constexpr std::size_t kShortestNamespace = 2;
constexpr std::size_t kLongestNamespace = 32;

/// `head`, and what stands from `mark` on; without a mark there is no rest.
struct Cut {
  std::string_view head;
  std::string_view rest;
};
Cut cut_at(std::string_view text, char mark) {
  const std::size_t at = std::min(text.find(mark), text.size());
  return {.head = text.substr(0, at), .rest = text.substr(at)};
}

/// The parameters that RFC 3261 25.1 gives a grammar of their own.
bool is_sip_param(const Param& param) {
  if (iequals(param.name, "maddr")) return param.value && is_host(*param.value);
  if (iequals(param.name, "ttl")) return param.value && is_ttl(*param.value);
  const bool is_token_param = iequals(param.name, "transport") || iequals(param.name, "user") ||
                              iequals(param.name, "method");
  return !is_token_param || (param.value && is_token(*param.value));
}

/// `;name=value` of a URI: no white space, no quotes. Held in normal form, so that an escaped name
/// is found by its name.
std::optional<Params> parse_uri_params(std::string_view text) {
  Params params;
  while (!text.empty()) {
    const auto [one, rest] = cut_at(text.substr(1), ';');  // behind the semicolon
    text = rest;
    const auto [name, value] = cut_at(one, '=');
    if (name.empty() || !is_escaped_text(name, kParamMarks)) return std::nullopt;
    Param param{.name = normalise_escapes(name), .value = std::nullopt};
    if (!value.empty()) {
      if (value.size() == 1 || !is_escaped_text(value.substr(1), kParamMarks)) return std::nullopt;
      param.value = normalise_escapes(value.substr(1));
    }
    if (params.has(param.name) || params.size() == kMostParams) return std::nullopt;
    params.append(std::move(param));
  }
  return params;
}

bool is_userinfo(std::string_view user, std::string_view password) {
  return !user.empty() && is_escaped_text(user, kUserMarks) &&
         (password.empty() || is_escaped_text(password.substr(1), kPasswordMarks));
}

/// hname "=" hvalue *("&" hname "=" hvalue)
bool are_uri_headers(std::string_view text) {
  for (;;) {
    const auto [header, rest] = cut_at(text, '&');
    const auto [name, value] = cut_at(header, '=');
    if (name.empty() || value.empty() || !is_escaped_text(name, kHeaderMarks) ||
        !is_escaped_text(value.substr(1), kHeaderMarks)) {
      return false;
    }
    if (rest.empty()) return true;
    text = rest.substr(1);
  }
}

/// host [":" port] *uri-parameter ["?" headers]
std::optional<UriError> parse_behind_user(std::string_view text, Uri& uri) {
  const auto [before_headers, headers] = cut_at(text, '?');
  if (!headers.empty()) {
    if (!are_uri_headers(headers.substr(1))) return UriError::kBadHeaders;
    uri.headers = headers.substr(1);
  }
  const auto [host_port, param_text] = cut_at(before_headers, ';');
  const auto parsed = parse_host_port(host_port, false);
  if (!parsed) {
    return parsed.error() == HostPortError::kBadHost ? UriError::kBadHost : UriError::kBadPort;
  }
  uri.host = parsed->host;
  uri.port = parsed->port;
  auto params = parse_uri_params(param_text);
  if (!params || !std::ranges::all_of(*params, is_sip_param)) return UriError::kBadParameter;
  uri.params = std::move(*params);
  return std::nullopt;
}

Result<Uri, UriError> parse_sip(std::string_view rest, UriScheme scheme) {
  Uri uri{.scheme = scheme};
  if (const std::size_t at = rest.find('@'); at != std::string_view::npos) {
    const auto [user, password] = cut_at(rest.substr(0, at), ':');
    if (!is_userinfo(user, password)) return UriError::kBadUser;
    uri.user = user;
    if (!password.empty()) uri.password = password.substr(1);
    rest.remove_prefix(at + 1);
  }
  if (const auto error = parse_behind_user(rest, uri)) return *error;
  return uri;
}

Result<Uri, UriError> parse_tel(std::string_view rest) {
  const auto [number, param_text] = cut_at(rest, ';');
  if (!is_phone_number(number)) return UriError::kBadNumber;
  auto params = parse_uri_params(param_text);
  if (!params) return UriError::kBadParameter;
  if (!is_global_number(number) && !params->has("phone-context")) return UriError::kBadNumber;
  if (!are_phone_params(number, *params)) return UriError::kBadParameter;
  return Uri{
      .scheme = UriScheme::kTel, .params = std::move(*params), .opaque = std::string(number)};
}

/// RFC 8141 2, without r-, q- and f-components: SIP has no use for them.
Result<Uri, UriError> parse_urn(std::string_view rest) {
  const auto [space, specific] = cut_at(rest, ':');
  const bool good_length = space.size() >= kShortestNamespace && space.size() <= kLongestNamespace;
  if (!good_length || !is_alnum(space.front()) || !is_alnum(space.back()) ||
      !std::ranges::all_of(space, [](char c) { return is_alnum(c) || c == '-'; })) {
    return UriError::kBadName;
  }
  if (specific.size() < 2 || !is_escaped_text(specific, kUrnMarks)) return UriError::kBadName;
  return Uri{.scheme = UriScheme::kUrn, .opaque = std::string(rest)};
}

bool is_scheme(std::string_view text) {
  return !text.empty() && is_alpha(text.front()) && std::ranges::all_of(text, [](char c) {
    return is_alnum(c) || c == '+' || c == '-' || c == '.';
  });
}

/// Octets that stand in no URI, so that one inside an address is reported as what it is.
bool is_never_in_uri(char c) {
  return is_control(c) || static_cast<unsigned char>(c) > 0x7f || c == ' ' || c == '<' ||
         c == '>' || c == '"';
}

std::string_view scheme_text(UriScheme scheme) {
  constexpr std::array<std::string_view, 5> kTexts = {"sip:", "sips:", "tel:", "urn:", ""};
  return kTexts[static_cast<std::size_t>(scheme)];
}

}  // namespace

std::optional<IpAddress> Uri::ip() const { return host_address(host); }

std::uint16_t Uri::port_or_default() const {
  return port.value_or(scheme == UriScheme::kSips ? 5061 : 5060);
}

std::string Uri::text() const {
  std::string out;
  append_uri(out, *this);
  return out;
}

std::string_view describe(UriError error) {
  switch (error) {
    case UriError::kEmpty:
      return "URI is empty";
    case UriError::kBadScheme:
      return "scheme of the URI does not parse";
    case UriError::kBadUser:
      return "user part of the URI does not parse";
    case UriError::kBadHost:
      return "host of the URI does not parse";
    case UriError::kBadPort:
      return "port of the URI does not parse";
    case UriError::kBadParameter:
      return "URI parameter does not parse or stands twice";
    case UriError::kBadHeaders:
      return "headers part of the URI does not parse";
    case UriError::kBadNumber:
      return "telephone number does not parse or lacks its context";
    case UriError::kBadName:
      return "name of the URN does not parse";
    case UriError::kBadCharacter:
      return "URI holds an octet that may not stand in one";
  }
  return "URI does not parse";
}

Result<Uri, UriError> parse_uri(std::string_view text) {
  if (text.empty()) return UriError::kEmpty;
  if (std::ranges::any_of(text, is_never_in_uri)) return UriError::kBadCharacter;
  const auto [scheme, behind] = cut_at(text, ':');
  if (behind.empty() || !is_scheme(scheme)) return UriError::kBadScheme;
  const std::string_view rest = behind.substr(1);
  if (rest.empty()) return UriError::kEmpty;
  if (iequals(scheme, "sip")) return parse_sip(rest, UriScheme::kSip);
  if (iequals(scheme, "sips")) return parse_sip(rest, UriScheme::kSips);
  if (iequals(scheme, "tel")) return parse_tel(rest);
  if (iequals(scheme, "urn")) return parse_urn(rest);
  if (!is_escaped_text(rest, kReservedMarks)) return UriError::kBadCharacter;
  return Uri{.scheme = UriScheme::kOther, .opaque = std::string(text)};
}

void append_uri(std::string& out, const Uri& uri) {
  out += scheme_text(uri.scheme);
  if (!uri.is_sip()) {
    out += uri.opaque;
    append_params(out, uri.params);
    return;
  }
  if (!uri.user.empty()) {
    out += uri.user;
    if (uri.password) out += ':' + *uri.password;
    out += '@';
  }
  out += uri.host;
  if (uri.port) out += ':' + std::to_string(*uri.port);
  append_params(out, uri.params);
  if (!uri.headers.empty()) out += '?' + uri.headers;
}

}  // namespace sipward::sip
