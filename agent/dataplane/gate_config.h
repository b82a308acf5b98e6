// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "sip/flow.h"
#include "sip/ip_prefix.h"

namespace sipward::dataplane {

enum class Mode : std::uint8_t {
  kMonitor,  ///< count and tag, drop nothing
  kEnforce,  ///< drop what is not bound and may not become a registration
};
[[nodiscard]] std::string_view mode_name(Mode mode);

enum class TagCarrier : std::uint8_t {
  kAuto,  ///< tcx where the kernel has it, else clsact
  kTcx,   ///< kernel 6.6 and later
  kClsact,
};
[[nodiscard]] std::string_view carrier_name(TagCarrier carrier);

/// Which rows a source is looked up in (the P-CSCF's ip_check).
enum class RowKinds : std::uint8_t { kWildcard, kExact, kBoth };

/// A local address the gate protects.
struct Listener {
  sip::Endpoint local;
  sip::Transport transport = sip::Transport::kUdp;
};

/// Strangers' packets per second. A second's worth may come at once; 0 admits none.
struct Budget {
  std::uint32_t per_source = 0;  ///< source: an IPv4 address, an IPv6 /64
  std::uint32_t total = 0;
};

/// What becomes of fragments after the first one, which have no ports.
enum class Fragments : std::uint8_t {
  kSource,  ///< pass when their source has a row
  kTrack,   ///< pass when their first one did
  kDrop,    ///< and the first ones too
};

/// What the gate does when the daemon has been silent for `heartbeat_timeout`.
enum class FailMode : std::uint8_t {
  kClosed,  ///< bound packets pass, nobody is admitted
  kHold,    ///< all goes on as it was
  kOpen,    ///< nothing is dropped: tag only
};
[[nodiscard]] std::string_view fail_mode_name(FailMode mode);

/// Whether the route back to a source must leave by the interface its packet came in by (RFC 3704
/// 2): kLoose asks only that there is a route.
enum class ReversePath : std::uint8_t { kOff, kLoose, kStrict };

/// What of a row's anchor a packet must have in common with it.
struct AnchorFields {
  bool interface = true;
  bool vlan = false;
  bool mac = false;
  bool hop_limit = false;

  [[nodiscard]] bool any() const { return interface || vlan || mac || hop_limit; }
};

/// What is said about one access network.
struct InterfacePolicy {
  FailMode fail_mode = FailMode::kClosed;
  ReversePath reverse_path = ReversePath::kOff;
  AnchorFields anchor;
  std::uint8_t hop_limit_tolerance = 1;
  bool bogons = true;                ///< refuse what no registry has handed out
  std::vector<sip::IpPrefix> allow;  ///< if any: only these
  std::vector<sip::IpPrefix> deny;
};

struct GateConfig {
  std::string pin_path = "/sys/fs/bpf/sipward";
  std::vector<std::string> interfaces;
  std::vector<Listener> listeners;
  Mode mode = Mode::kMonitor;
  RowKinds rows = RowKinds::kBoth;
  std::uint32_t max_bindings = 65'536;  ///< rows in each of the two binding maps
  bool allow_generic = false;
  TagCarrier tag_carrier = TagCarrier::kAuto;
  bool emergency = false;  ///< admit `urn:service:sos` requests of unbound sources
  Budget register_budget{.per_source = 20, .total = 5'000};
  Budget keepalive_budget{.per_source = 5, .total = 5'000};
  Budget emergency_budget{.per_source = 5, .total = 500};
  Budget syn_budget{.per_source = 20, .total = 5'000};
  Budget fragment_budget{.per_source = 200, .total = 20'000};
  /// Lanes beside `register_budget`, each with a total of its own; 0: no such lane.
  std::uint32_t challenged_total = 5'000;  ///< REGISTERs of sources that were just sent a 401
  std::uint32_t known_total = 10'000;      ///< REGISTERs and SYNs of sources that have or had rows
  Fragments fragments = Fragments::kSource;
  bool shortcut = true;       ///< tell a flood's packets from their first octets
  bool tag_suspects = false;  ///< suspect rows pass with a tag; else only REGISTER does
  std::chrono::seconds heartbeat_timeout{5};
  InterfacePolicy policy;                           ///< of interfaces without their own
  std::map<std::string, InterfacePolicy> policies;  ///< by interface
  std::vector<sip::IpAddress> core_peers;           ///< never on an access interface
  /// Who may read the counters and write the rows; no such group: only root, with a warning.
  std::string group = "sipward";
  /// Of the program that attaches, for the map `meta`.
  std::string version;

  [[nodiscard]] const InterfacePolicy& policy_of(const std::string& interface) const {
    const auto own = policies.find(interface);
    return own == policies.end() ? policy : own->second;
  }
};

}  // namespace sipward::dataplane
