// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <vector>

#include "sip/escape.h"
#include "sip/grammar.h"
#include "sip/tel_uri.h"
#include "sip/uri.h"

namespace sipward::sip {
namespace {

/// RFC 3261 19.1.4: in one URI only, these make a difference; any other parameter does not.
constexpr auto kNeverIgnored =
    std::to_array<std::string_view>({"user", "ttl", "method", "maddr", "transport"});

bool is_never_ignored(std::string_view name) {
  return std::ranges::any_of(kNeverIgnored,
                             [&](std::string_view never) { return iequals(never, name); });
}

bool same_user(const Uri& a, const Uri& b) {
  if (normalise_escapes(a.user) != normalise_escapes(b.user)) return false;
  if (!a.password || !b.password) return a.password == b.password;
  return normalise_escapes(*a.password) == normalise_escapes(*b.password);
}

/// RFC 5954 4: IPv6 by value.
bool same_host(const Uri& a, const Uri& b) {
  const auto x = a.ip();
  const auto y = b.ip();
  return x || y ? x == y : iequals(a.host, b.host);
}

bool same_value(const Param& a, const Param& b) {
  if (!a.value || !b.value) return a.value == b.value;
  const std::string x = normalise_escapes(*a.value);
  const std::string y = normalise_escapes(*b.value);
  return iequals(a.name, "method") ? x == y : iequals(x, y);  // methods are case-sensitive
}

/// No parameter of `a` speaks against `b`.
bool compatible_params(const Params& a, const Params& b) {
  return std::ranges::all_of(a, [&](const Param& param) {
    const Param* other = b.find(param.name);
    return other == nullptr ? !is_never_ignored(param.name) : same_value(param, *other);
  });
}

/// The headers part, in an order of its own: names in lower case, values as they are.
std::vector<std::string> sorted_headers(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const std::string_view header = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(text.size(), header.size() + 1));
    const std::size_t equals = std::min(header.find('='), header.size());
    out.push_back(to_lower(normalise_escapes(header.substr(0, equals))) +
                  normalise_escapes(header.substr(equals)));
  }
  std::ranges::sort(out);
  return out;
}

bool equivalent_sip(const Uri& a, const Uri& b) {
  return same_user(a, b) && same_host(a, b) && a.port == b.port &&
         compatible_params(a.params, b.params) && compatible_params(b.params, a.params) &&
         sorted_headers(a.headers) == sorted_headers(b.headers);
}

/// RFC 3966 4: every parameter counts, in any order.
bool equivalent_tel(const Uri& a, const Uri& b) {
  if (plain_number(a.opaque) != plain_number(b.opaque)) return false;
  if (a.params.size() != b.params.size()) return false;
  return std::ranges::all_of(a.params, [&](const Param& param) {
    const Param* other = b.params.find(param.name);
    if (other == nullptr) return false;
    if (!param.value || !other->value) return param.value == other->value;
    return plain_phone_param(param.name, *param.value) ==
           plain_phone_param(other->name, *other->value);
  });
}

/// RFC 8141 3.1: the namespace in any case; RFC 5031 3: all of `service` in any case.
bool equivalent_urn(const Uri& a, const Uri& b) {
  const std::string x = normalise_escapes(a.opaque);
  const std::string y = normalise_escapes(b.opaque);
  const std::size_t colon = x.find(':');
  if (!iequals(x, y)) return false;
  return iequals(x.substr(0, colon), "service") || x.substr(colon) == y.substr(colon);
}

}  // namespace

bool equivalent(const Uri& a, const Uri& b) {
  if (a.scheme != b.scheme) return false;
  switch (a.scheme) {
    case UriScheme::kSip:
    case UriScheme::kSips:
      return equivalent_sip(a, b);
    case UriScheme::kTel:
      return equivalent_tel(a, b);
    case UriScheme::kUrn:
      return equivalent_urn(a, b);
    case UriScheme::kOther:
      return a.opaque == b.opaque;
  }
  return false;
}

}  // namespace sipward::sip
