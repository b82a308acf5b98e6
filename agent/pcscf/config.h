// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/ims/tag.h"
#include "sip/flow.h"
#include "sip/proxy.h"
#include "sip/time.h"

namespace sipward::pcscf {

// clang-format off
enum class IpCheck : std::uint8_t {
  kIp,      ///< wildcard rows: address only
  kIpPort,  ///< port rows for every UE: stricter than the standard
  kAuto,    ///< Annex N: a port row if the 200 OK has Require: outbound; also behind a visible NAT
};
/// A REGISTER without outbound from behind a NAT (TS 33.203 N.2).
enum class NatWithoutOutbound : std::uint8_t {
  kRequireOutbound,  ///< 421
  kForbid,           ///< 403
  kAccept,           ///< the row matches the port: who else is behind the NAT gains nothing by it
};
/// A user registers without outbound from an address where another user's wildcard row was made
/// from another port. Beside another user's port row no wildcard row is made, whatever stands here.
enum class OnSharedIp : std::uint8_t {
  kAlarm,     ///< the new user takes the address over, as the standard says; reported
  kRefuse,    ///< 403 before the REGISTER is relayed
  kPortBind,  ///< both rows match the port from now on
};
enum class UnboundAction : std::uint8_t {
  kDiscard,  ///< not even 100 Trying (TS 24.229 5.2.6.3.2A)
  kForbid,   ///< 403
};
enum class RouteMismatch : std::uint8_t {
  kReplace,  ///< by the stored Service-Route
  kReject,   ///< 400
};
/// What passes from a source whose row is suspect, besides REGISTER: its user has been silent for
/// too long, or the address was reported released (TS 33.203 Annex Q's last attack).
enum class SuspectAction : std::uint8_t {
  kRefuse,        ///< nothing, until the user has registered again
  kDemandDigest,  ///< requests without an asserted identity: the S-CSCF demands Digest
};
// clang-format on

struct Config {
  /// Host part of Path, Record-Route and Via toward the core: a name or an address literal.
  std::string name;
  /// Where the core reaches us: the local end of flows to the core. Transport kInternal when the
  /// S-CSCF lives in this process.
  sip::Flow core;  ///< local = our core side, remote = the I/S-CSCF
  /// Further core peers that may send us requests (`core.remote` always may); by address.
  std::vector<sip::IpAddress> core_peers;
  /// Access-side listeners: `local` of the flows that UEs use.
  std::vector<sip::Endpoint> listeners;
  std::string visited_network;  ///< P-Visited-Network-ID and orig-ioi

  IpCheck ip_check = IpCheck::kAuto;
  NatWithoutOutbound nat_without_outbound = NatWithoutOutbound::kRequireOutbound;
  OnSharedIp on_shared_ip = OnSharedIp::kAlarm;
  UnboundAction unbound_action = UnboundAction::kDiscard;
  RouteMismatch route_mismatch = RouteMismatch::kReplace;
  ims::TagPolicy tag_policy = ims::TagPolicy::kAbsent;

  /// Seconds between keep-alives that a UE is asked for if it offers them (RFC 6223, RFC 5626
  /// 4.4); 0: never asked.
  std::uint32_t keep_alive = 30;
  /// So many intervals of silence make a row suspect; 0: silence never does.
  std::uint32_t suspect_after = 3;
  SuspectAction suspect_action = SuspectAction::kRefuse;

  std::size_t max_bindings = 65'536;  ///< of each address family
  std::size_t max_bindings_per_impi = 16;
  std::size_t max_identities = 64;  ///< of one registration
  /// Unanswered REGISTER transactions from unbound sources, all together.
  std::size_t max_pending_registrations = 20'000;
  sip::Proxy::Config proxy;
};

}  // namespace sipward::pcscf
