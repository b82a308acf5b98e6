// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "sip/flow.h"

namespace sipward::ims {

// clang-format off
/// Every security decision has one id: log line, counter and test use the same. id, name, meaning.
#define SIPWARD_EVENTS(X)                                                                        \
  X(kRegistered, "registered", "a registration succeeded and its row is in the kernel")           \
  X(kRefreshed, "refreshed", "a registration was refreshed")                                      \
  X(kOverwritten, "overwritten", "another user registered from the address: row replaced")        \
  X(kRebound, "rebound", "the user moved to another address or port: old row withdrawn")          \
  X(kDeregistered, "deregistered", "the user or the network ended the registration")              \
  X(kExpired, "expired", "the registration ran out")                                              \
  X(kInstallFailed, "install-failed", "the kernel map refused the row: registration answered 503")\
  X(kNatWithoutOutbound, "nat-without-outbound", "REGISTER behind a NAT without outbound refused")\
  X(kSharedAddress, "shared-address", "two users seem to share one address without outbound")     \
  X(kUnbound, "unbound", "request from a source without a row")                                   \
  X(kTagMismatch, "tag-mismatch", "the kernel's tag and the table disagree: treated as unbound")  \
  X(kStaleEpoch, "stale-epoch",                                                                   \
    "packet of an earlier tenant of the source: treated as unbound")                              \
  X(kSuspect, "suspect", "request from a row whose user may be gone: nothing is asserted")        \
  X(kReleased, "released", "the address was reported released: its row is suspect")               \
  X(kFlowMismatch, "flow-mismatch", "in-dialog request from a user who is no party to it")        \
  X(kForgedToken, "forged-token", "flow token that this node did not make")                       \
  X(kFlowGone, "flow-gone", "request for a flow that has ended")                                  \
  X(kScrubbed, "scrubbed", "trust-domain header from a UE removed")                               \
  X(kForgedFlag, "forged-flag", "integrity-protected from a UE removed")                          \
  X(kPreferredNotRegistered, "preferred-not-registered",                                          \
    "P-Preferred-Identity is not a registered identity: default asserted")                        \
  X(kRouteReplaced, "route-replaced", "Route differs from the stored Service-Route")              \
  X(kMalformed, "malformed", "message refused by the reader")                                     \
  X(kNotACorePeer, "not-a-core-peer", "message on the core side from an address not configured")  \
  X(kChallenged, "challenged", "a challenge was sent")                                            \
  X(kAuthenticated, "authenticated", "a Digest response was right")                               \
  X(kAuthenticationFailed, "authentication-failed", "a Digest response was wrong")                \
  X(kNonceStale, "nonce-stale", "right response, but nonce or nonce count no longer acceptable")  \
  X(kUnknownSubscriber, "unknown-subscriber", "no subscriber with this identity")                 \
  X(kIdentityNotOwned, "identity-not-owned", "public identity does not belong to the user")       \
  X(kPrecedenceMismatch, "precedence-mismatch",                                                   \
    "Digest proved another user than the address check asserted: Digest wins")                    \
  X(kOverload, "overload", "a named limit was reached and the request refused")
// clang-format on

enum class EventKind : std::uint8_t {
#define SIPWARD_EVENT_ID(id, name, text) id,
  SIPWARD_EVENTS(SIPWARD_EVENT_ID)
#undef SIPWARD_EVENT_ID
};
inline constexpr std::size_t kEventKinds = 0
#define SIPWARD_EVENT_ONE(id, name, text) +1
    SIPWARD_EVENTS(SIPWARD_EVENT_ONE)
#undef SIPWARD_EVENT_ONE
    ;

[[nodiscard]] std::string_view event_name(EventKind kind);  ///< "precedence-mismatch"
[[nodiscard]] std::string_view event_text(EventKind kind);

/// One security decision. The source is the packet's, never a header's.
struct Event {
  EventKind kind{};
  sip::Flow flow;
  std::string impi;    ///< empty if unknown
  std::string impu;    ///< the identity at stake; for a mismatch, the one that was dropped
  std::string detail;  ///< for people: method, status, header, the identity that won
};

}  // namespace sipward::ims
