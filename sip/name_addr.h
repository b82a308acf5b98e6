// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sip/params.h"
#include "sip/result.h"
#include "sip/uri.h"

namespace sipward::sip {

/// From, To, Contact, Route, Record-Route, Path, Service-Route, P-Asserted-Identity, ...
struct NameAddr {
  /// Unescaped, without quotes; empty if there is none.
  std::string display_name;
  Uri uri;
  /// Header parameters: what stands after `>`, or after an addr-spec without brackets (RFC 3261
  /// 20).
  Params params;

  [[nodiscard]] std::string text() const;  ///< always with brackets
};

enum class NameAddrError : std::uint8_t { kEmpty, kBadDisplayName, kUnclosed, kBadUri, kBadParams };
[[nodiscard]] std::string_view describe(NameAddrError error);

/// Exactly one name-addr or addr-spec with its parameters. Without brackets, the URI holds no comma
/// and no question mark (RFC 3261 20).
Result<NameAddr, NameAddrError> parse_name_addr(std::string_view text);

}  // namespace sipward::sip
