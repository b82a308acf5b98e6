// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sip/flow.h"
#include "sip/params.h"
#include "sip/result.h"

namespace sipward::sip {

/// One Via value (RFC 3261 20.42). `transport` is as written in upper case: an unknown one is
/// legal.
struct Via {
  std::string transport = "UDP";
  std::string host;  ///< as written, IPv6 in brackets
  std::optional<std::uint16_t> port;
  Params params;

  [[nodiscard]] std::string_view branch() const;  ///< empty if absent
  /// True for a branch with RFC 3261's magic cookie and something after it.
  [[nodiscard]] bool has_rfc3261_branch() const;
  [[nodiscard]] std::uint16_t port_or_default() const { return port.value_or(5060); }
  /// host[:port], host in lower case: the sent-by as part of a transaction's key.
  [[nodiscard]] std::string sent_by() const;
  [[nodiscard]] std::string text() const;
};

enum class ViaError : std::uint8_t { kBadProtocol, kBadHost, kBadPort, kBadParams };
[[nodiscard]] std::string_view describe(ViaError error);

Result<Via, ViaError> parse_via(std::string_view text);

/// RFC 3581 4, RFC 3261 18.2.1, TS 24.229 F.4.2: always `received`, and `rport`'s value when asked
/// for.
void note_source(Via& via, const Endpoint& source);

/// Where a response to this Via goes (RFC 3261 18.2.2, RFC 3581 4): received and rport before
/// sent-by, never maddr. nullopt if only a name is known.
[[nodiscard]] std::optional<Endpoint> response_target(const Via& via);

}  // namespace sipward::sip
