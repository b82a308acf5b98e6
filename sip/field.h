// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

namespace sipward::sip {

/// How often a header field may stand in a message, and how its rows are read.
enum class FieldKind : std::uint8_t {
  kSingle,  ///< at most one row, one value
  kList,    ///< any number; comma lists are split into one row per value
  kRows,    ///< any number of rows, never split at commas (RFC 3261 7.3.1: the auth fields)
};

// clang-format off
/// The header fields the product reads or strips: id, canonical name, compact form, kind.
#define SIPWARD_SIP_FIELDS(X)                                        \
  X(kAccept, "Accept", "", kList)                                    \
  X(kAdditionalIdentity, "Additional-Identity", "", kList)           \
  X(kAllow, "Allow", "", kList)                                      \
  X(kAttestationInfo, "Attestation-Info", "", kRows)                 \
  X(kAuthenticationInfo, "Authentication-Info", "", kRows)           \
  X(kAuthorization, "Authorization", "", kRows)                      \
  X(kCallId, "Call-ID", "i", kSingle)                                \
  X(kCellularNetworkInfo, "Cellular-Network-Info", "", kRows)        \
  X(kContact, "Contact", "m", kList)                                 \
  X(kContentEncoding, "Content-Encoding", "e", kList)                \
  X(kContentLength, "Content-Length", "l", kSingle)                  \
  X(kContentType, "Content-Type", "c", kSingle)                      \
  X(kCSeq, "CSeq", "", kSingle)                                      \
  X(kDate, "Date", "", kSingle)                                      \
  X(kEvent, "Event", "o", kSingle)                                   \
  X(kExpires, "Expires", "", kSingle)                                \
  X(kFeatureCaps, "Feature-Caps", "", kList)                         \
  X(kFlowTimer, "Flow-Timer", "", kSingle)                           \
  X(kFrom, "From", "f", kSingle)                                     \
  X(kMaxForwards, "Max-Forwards", "", kSingle)                       \
  X(kMinExpires, "Min-Expires", "", kSingle)                         \
  X(kOriginationId, "Origination-Id", "", kSingle)                   \
  X(kPAccessNetworkInfo, "P-Access-Network-Info", "", kList)         \
  X(kPAssertedIdentity, "P-Asserted-Identity", "", kList)            \
  X(kPAssertedService, "P-Asserted-Service", "", kList)              \
  X(kPAssociatedUri, "P-Associated-URI", "", kList)                  \
  X(kPCalledPartyId, "P-Called-Party-ID", "", kSingle)               \
  X(kPChargingFunctionAddresses, "P-Charging-Function-Addresses", "", kRows) \
  X(kPChargingVector, "P-Charging-Vector", "", kSingle)              \
  X(kPPreferredIdentity, "P-Preferred-Identity", "", kList)          \
  X(kPPreferredService, "P-Preferred-Service", "", kList)            \
  X(kPPrivateNetworkIndication, "P-Private-Network-Indication", "", kRows) \
  X(kPProfileKey, "P-Profile-Key", "", kRows)                        \
  X(kPServedUser, "P-Served-User", "", kSingle)                      \
  X(kPUserDatabase, "P-User-Database", "", kRows)                    \
  X(kPVisitedNetworkId, "P-Visited-Network-ID", "", kRows)           \
  X(kPath, "Path", "", kList)                                        \
  X(kPrivacy, "Privacy", "", kRows)                                  \
  X(kProxyAuthenticate, "Proxy-Authenticate", "", kRows)             \
  X(kProxyAuthorization, "Proxy-Authorization", "", kRows)           \
  X(kProxyRequire, "Proxy-Require", "", kList)                       \
  X(kReason, "Reason", "", kList)                                    \
  X(kRecordRoute, "Record-Route", "", kList)                         \
  X(kRelayedCharge, "Relayed-Charge", "", kRows)                     \
  X(kRequire, "Require", "", kList)                                  \
  X(kResourcePriority, "Resource-Priority", "", kList)               \
  X(kRestorationInfo, "Restoration-Info", "", kRows)                 \
  X(kRetryAfter, "Retry-After", "", kSingle)                         \
  X(kRoute, "Route", "", kList)                                      \
  X(kSecurityClient, "Security-Client", "", kList)                   \
  X(kSecurityServer, "Security-Server", "", kList)                   \
  X(kSecurityVerify, "Security-Verify", "", kList)                   \
  X(kServer, "Server", "", kSingle)                                  \
  X(kServiceInteractInfo, "Service-Interact-Info", "", kRows)        \
  X(kServiceRoute, "Service-Route", "", kList)                       \
  X(kSubject, "Subject", "s", kSingle)                               \
  X(kSupported, "Supported", "k", kList)                             \
  X(kTo, "To", "t", kSingle)                                         \
  X(kUnsupported, "Unsupported", "", kList)                          \
  X(kVia, "Via", "v", kList)                                         \
  X(kWarning, "Warning", "", kList)                                  \
  X(kWwwAuthenticate, "WWW-Authenticate", "", kRows)
// clang-format on

enum class Field : std::uint8_t {
#define SIPWARD_SIP_FIELD_ID(id, name, compact, kind) id,
  SIPWARD_SIP_FIELDS(SIPWARD_SIP_FIELD_ID)
#undef SIPWARD_SIP_FIELD_ID
      kUnknown,  ///< any other; kept with its own name
};

/// Long or compact name, any case. Names are compared, never their hashes alone.
[[nodiscard]] Field parse_field(std::string_view name);
[[nodiscard]] std::string_view field_name(Field field);  ///< canonical; empty for kUnknown
[[nodiscard]] FieldKind field_kind(Field field);         ///< kRows for kUnknown

}  // namespace sipward::sip
