// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sip/flow.h"
#include "sip/ip_address.h"
#include "sip/ip_prefix.h"
#include "sip/result.h"

namespace sipward::ops {

/// The figures of bpf/abi.h that a configuration must keep to (the data plane asserts them).
inline constexpr std::size_t kMaxListeners = 16;
inline constexpr std::size_t kMaxInterfaces = 16;

/// At most so many prefixes in `allow` and in `deny`.
inline constexpr std::size_t kMaxPrefixes = 256;

struct GuardedListener {
  sip::Transport transport = sip::Transport::kUdp;
  sip::Endpoint local;
  bool operator==(const GuardedListener&) const = default;
};

/// What may be said in [gate] for all interfaces, and in [gate.interface.NAME] for one.
struct InterfacePolicy {
  enum class FailMode : std::uint8_t { kClosed, kHold, kOpen };
  enum class ReversePath : std::uint8_t { kOff, kLoose, kStrict };
  enum class AnchorField : std::uint8_t { kInterface, kVlan, kMac, kHopLimit };

  FailMode fail_mode = FailMode::kClosed;
  ReversePath reverse_path = ReversePath::kOff;
  std::vector<AnchorField> anchor{AnchorField::kInterface};
  std::uint32_t hop_limit_tolerance = 1;
  bool bogons = true;
  std::vector<sip::IpPrefix> allow;
  std::vector<sip::IpPrefix> deny;
  bool operator==(const InterfacePolicy&) const = default;
};

/// [gate]: what sipward-gate attaches and how it judges.
struct GateConfig {
  enum class Fragments : std::uint8_t { kSource, kTrack, kDrop };
  enum class Suspect : std::uint8_t { kRefuse, kTag };
  enum class Mode : std::uint8_t { kMonitor, kEnforce };
  enum class TagCarrier : std::uint8_t { kAuto, kTcx, kClsact };

  std::vector<std::string> interfaces;
  Mode mode = Mode::kMonitor;
  std::string pin_path = "/sys/fs/bpf/sipward";
  std::uint32_t max_bindings = 65'536;
  bool allow_generic = false;
  TagCarrier tag_carrier = TagCarrier::kAuto;
  bool emergency = false;
  /// Beside pcscf.listen: listeners of other programs on this host.
  std::vector<GuardedListener> guard;
  Fragments fragments = Fragments::kSource;
  Suspect suspect = Suspect::kRefuse;
  std::uint32_t suspect_after = 3;  ///< keep-alive intervals of silence; 0: silence does not matter
  /// Packets of strangers per second; 0 admits none.
  std::uint32_t register_rate_per_source = 20;
  std::uint32_t register_rate_total = 5'000;
  std::uint32_t keepalive_rate_per_source = 5;
  std::uint32_t keepalive_rate_total = 5'000;
  std::uint32_t syn_rate_per_source = 20;
  std::uint32_t syn_rate_total = 5'000;
  std::uint32_t emergency_rate_per_source = 5;
  std::uint32_t emergency_rate_total = 500;
  std::uint32_t fragment_rate_per_source = 200;
  std::uint32_t fragment_rate_total = 20'000;
  std::uint32_t challenged_rate_total = 5'000;  ///< 0: no such lane, as the next
  std::uint32_t recently_bound_rate_total = 10'000;
  std::uint32_t recently_bound = 3'600;  ///< seconds
  std::uint32_t event_rate = 20;         ///< events a second of each reason
  std::uint32_t heartbeat_timeout = 5;   ///< seconds
  InterfacePolicy policy;                ///< of interfaces that have no table of their own
  std::map<std::string, InterfacePolicy> policies;  ///< of those that have, with what they inherit
  bool operator==(const GateConfig&) const = default;
};

/// [pcscf]: the access side, and where the core is.
struct PcscfConfig {
  enum class IpCheck : std::uint8_t { kIp, kIpPort, kAuto };
  enum class NatWithoutOutbound : std::uint8_t { kRequireOutbound, kForbid, kAccept };
  enum class OnSharedIp : std::uint8_t { kAlarm, kRefuse, kPortBind };
  enum class UnboundAction : std::uint8_t { kDiscard, kForbid };
  enum class RouteMismatch : std::uint8_t { kReplace, kReject };

  /// The guarded listeners: never wildcards, 1 to kMaxListeners, no two alike.
  std::vector<sip::Endpoint> listen;
  std::string name;
  std::string visited_network;
  /// Both or none; both when there is no [scscf].
  std::optional<sip::Endpoint> upstream;
  std::optional<sip::Endpoint> core_listen;
  std::vector<sip::IpAddress> core_peers;
  IpCheck ip_check = IpCheck::kAuto;
  NatWithoutOutbound nat_without_outbound = NatWithoutOutbound::kRequireOutbound;
  OnSharedIp on_shared_ip = OnSharedIp::kAlarm;
  UnboundAction unbound_action = UnboundAction::kDiscard;
  RouteMismatch route_mismatch = RouteMismatch::kReplace;
  std::uint32_t keep_alive = 30;  ///< seconds that are asked of a UE which offers it; 0: not asked
  std::uint32_t max_bindings_per_impi = 16;
  std::uint32_t max_pending_registrations = 20'000;
};

/// [scscf]: the home.
struct ScscfConfig {
  enum class ProxyAuth : std::uint8_t { kNever, kIfPresent, kInitial, kAlways };
  enum class PrecedenceMismatch : std::uint8_t { kRewrite, kReject };

  std::string name;
  std::vector<std::string> domains;  ///< lower case
  std::string realm;
  std::string subscribers;  ///< path of the SQLite file
  std::optional<sip::Endpoint> listen;
  std::vector<sip::IpAddress> trusted_peers;
  std::vector<std::string> trusted_via_hosts;
  std::optional<sip::Endpoint> next_hop;
  ProxyAuth proxy_auth = ProxyAuth::kIfPresent;
  PrecedenceMismatch precedence_mismatch = PrecedenceMismatch::kRewrite;
  std::uint32_t min_expires = 60;  ///< seconds, as the three below
  std::uint32_t default_expires = 3'600;
  std::uint32_t max_expires = 7'200;
  std::uint32_t nonce_lifetime = 300;
};

enum class LogLevel : std::uint8_t { kDebug, kInfo, kNotice, kWarning, kError };

/// [daemon]
struct DaemonConfig {
  std::string user = "sipward";
  std::string control = "/run/sipward/control.sock";
  std::string state = "/var/lib/sipward";
  LogLevel log_level = LogLevel::kInfo;
  std::uint32_t log_rate = 20;
};

/// systemd/sipward.toml as values. A section that is not there is nullopt: without [gate] nothing
/// is enforced in the kernel, and packets carry no tag.
struct Config {
  std::optional<GateConfig> gate;
  std::optional<PcscfConfig> pcscf;
  std::optional<ScscfConfig> scscf;
  DaemonConfig daemon;
};

/// One line for each mistake: `FILE:LINE:COLUMN: key 'pcscf.listen[0]': expected
/// udp:ADDRESS:PORT, got "tcp:192.0.2.1:5060"`. All of them, kMaxConfigErrors at most, in the order
/// of the file.
using ConfigErrors = std::vector<std::string>;
inline constexpr std::size_t kMaxConfigErrors = 20;
inline constexpr std::size_t kMaxConfigLength = 1U << 20;

sip::Result<Config, ConfigErrors> parse_config(std::string_view text, std::string_view file);
sip::Result<Config, ConfigErrors> load_config(const std::string& path);

inline constexpr std::string_view kDefaultConfigPath = "/etc/sipward/sipward.toml";

[[nodiscard]] std::string_view mode_name(GateConfig::Mode mode);
/// For people: what this configuration will do, a few lines.
[[nodiscard]] std::string describe(const Config& config);

}  // namespace sipward::ops
