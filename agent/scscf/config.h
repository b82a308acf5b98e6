// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sip/flow.h"
#include "sip/proxy.h"
#include "sip/time.h"

namespace sipward::scscf {

enum class ProxyAuth : std::uint8_t {
  kNever,      ///< Proxy-Authorization is not looked at
  kIfPresent,  ///< verified when the UE sends it
  kInitial,    ///< demanded for requests outside a dialog, verified elsewhere when present
  kAlways,     ///< demanded for every request but ACK and CANCEL
};
enum class PrecedenceMismatch : std::uint8_t { kRewrite, kReject /* 403 */ };

struct Config {
  std::string name;                  ///< host part of Service-Route, Record-Route and Via
  std::vector<std::string> domains;  ///< home domains, lower case
  std::string realm;                 ///< of every challenge
  sip::Endpoint local;               ///< own SIP socket, when it has one
  /// The P-CSCF of this process, if there is one: host part of its Path and Record-Route URIs.
  std::optional<std::string> embedded_pcscf;
  /// P-CSCFs and other core elements that may talk to us, by address. Everyone else is discarded.
  std::vector<sip::IpAddress> trusted_peers;
  /// Hosts whose Via is a core element's: the Via below theirs is the UE's.
  std::vector<std::string> trusted_via_hosts;
  /// For other domains; without it they are answered 404.
  std::optional<sip::Endpoint> next_hop;

  ProxyAuth proxy_auth = ProxyAuth::kIfPresent;
  PrecedenceMismatch precedence_mismatch = PrecedenceMismatch::kRewrite;

  std::uint32_t min_expires = 60;  ///< seconds; below: 423
  std::uint32_t default_expires = 3600;
  std::uint32_t max_expires = 7200;
  sip::Duration nonce_lifetime = std::chrono::seconds(300);
  std::size_t max_registrations = 1'000'000;
  std::size_t max_contacts = 8;  ///< of one registration
  std::size_t max_tracked_nonces = 200'000;
  std::size_t max_pending_lookups = 10'000;
  sip::Proxy::Config proxy;
};

}  // namespace sipward::scscf
