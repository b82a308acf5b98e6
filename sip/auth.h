// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sip/params.h"
#include "sip/result.h"

namespace sipward::sip {

enum class AuthError : std::uint8_t { kNotDigest, kBadSyntax, kDuplicate, kMissing };
[[nodiscard]] std::string_view describe(AuthError error);

/// Authorization and Proxy-Authorization (RFC 7616 3.4), names unique without regard to case.
/// `realm`, `username`, ... are empty when absent; `params` keeps all of them in their order for
/// writing.
struct Credentials {
  std::string username;
  std::string realm;
  std::string nonce;
  std::string uri;
  std::string response;
  std::string algorithm;  ///< as sent; empty means MD5
  std::string cnonce;
  std::string qop;
  std::string nc;
  std::string opaque;
  Params params;

  /// True if it answers a challenge: a response that is not empty.
  [[nodiscard]] bool has_answer() const { return !response.empty(); }
};

/// `Digest ...`; kNotDigest for another scheme, kDuplicate for a parameter given twice: two readers
/// would pick different ones. An empty nonce or response is legal: IMS UEs send it in their first
/// REGISTER (TS 24.229 5.1.1.2).
Result<Credentials, AuthError> parse_credentials(std::string_view value);
/// Writes `params` in their order, each quoted or not as its grammar says; one we do not know stays
/// as it was.
[[nodiscard]] std::string write_credentials(const Credentials& credentials);

/// Whether the value is well-formed for some scheme: token, space, the rest without controls.
[[nodiscard]] bool is_credentials_shaped(std::string_view value);

/// WWW-Authenticate and Proxy-Authenticate (RFC 7616 3.3).
struct Challenge {
  std::string realm;
  std::string nonce;
  std::string algorithm = "MD5";
  std::string qop = "auth";
  bool stale = false;
};
Result<Challenge, AuthError> parse_challenge(std::string_view value);
[[nodiscard]] std::string write_challenge(const Challenge& challenge);

}  // namespace sipward::sip
