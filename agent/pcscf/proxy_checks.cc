// SPDX-License-Identifier: Apache-2.0
#include "agent/pcscf/proxy_checks.h"

#include <string>
#include <string_view>

#include "sip/grammar.h"

namespace sipward::pcscf {
namespace {

/// Security agreement is answered here; privacy (RFC 3323) is done for the asserted identity.
bool is_supported(std::string_view option) {
  return sip::iequals(option, "sec-agree") || sip::iequals(option, "privacy");
}

}  // namespace

std::optional<Refusal> check_relayable(const sip::Message& request) {
  if (request.request_uri().scheme == sip::UriScheme::kOther) return Refusal{.status = 416};
  std::string unsupported;
  for (const std::string_view option : request.all(sip::Field::kProxyRequire)) {
    if (option.empty() || is_supported(option)) continue;
    if (!unsupported.empty()) unsupported += ", ";
    unsupported += option;
  }
  if (unsupported.empty()) return std::nullopt;
  return Refusal{.status = 420, .field = sip::Field::kUnsupported, .value = unsupported};
}

}  // namespace sipward::pcscf
