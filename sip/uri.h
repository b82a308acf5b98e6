// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sip/escape.h"
#include "sip/ip_address.h"
#include "sip/params.h"
#include "sip/result.h"
#include "sip/tel_uri.h"

namespace sipward::sip {

enum class UriScheme : std::uint8_t { kSip, kSips, kTel, kUrn, kOther };

/// A URI of one of the schemes SIP routes on; any other absolute URI is kept as text.
struct Uri {
  UriScheme scheme = UriScheme::kSip;
  /// sip, sips: the user part as written (escapes kept); empty if there is none.
  std::string user;
  std::optional<std::string> password;
  /// sip, sips: host as written, IPv6 in brackets.
  std::string host;
  std::optional<std::uint16_t> port;
  /// sip, sips, tel: the parameters, escapes in their normal form.
  Params params;
  /// sip, sips: what follows `?`, as written.
  std::string headers;
  /// tel: the number as written. urn: `service:sos`. Other: the whole URI as written.
  std::string opaque;

  [[nodiscard]] bool is_sip() const {
    return scheme == UriScheme::kSip || scheme == UriScheme::kSips;
  }
  /// The host as an address, if it is one.
  [[nodiscard]] std::optional<IpAddress> ip() const;
  /// The port, or the scheme's default (5060, 5061).
  [[nodiscard]] std::uint16_t port_or_default() const;
  [[nodiscard]] std::string text() const;
};

enum class UriError : std::uint8_t {
  kEmpty,
  kBadScheme,
  kBadUser,
  kBadHost,
  kBadPort,
  kBadParameter,
  kBadHeaders,
  kBadNumber,
  kBadName,
  kBadCharacter,
};
[[nodiscard]] std::string_view describe(UriError error);

/// RFC 3261 25.1, RFC 3966, RFC 8141; the whole text must be the URI.
Result<Uri, UriError> parse_uri(std::string_view text);

void append_uri(std::string& out, const Uri& uri);

/// RFC 3261 19.1.4 for sip and sips, RFC 3966 4 for tel, RFC 8141 3 for urn; IPv6 hosts by value
/// (RFC 5954). Symmetric, not transitive.
[[nodiscard]] bool equivalent(const Uri& a, const Uri& b);

}  // namespace sipward::sip
