// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sip/ip_address.h"
#include "sip/result.h"

namespace sipward::ops {

/// The figures of bpf/abi.h that a configuration must keep to (the data plane asserts them).
inline constexpr std::size_t kMaxListeners = 16;
inline constexpr std::size_t kMaxInterfaces = 16;

/// [gate]: what sipward-gate attaches and how it judges.
struct GateConfig {
  enum class Mode : std::uint8_t { kMonitor, kEnforce };
  enum class TagCarrier : std::uint8_t { kAuto, kTcx, kClsact };

  std::vector<std::string> interfaces;
  Mode mode = Mode::kMonitor;
  std::string pin_path = "/sys/fs/bpf/sipward";
  std::uint32_t max_bindings = 65'536;
  bool allow_generic = false;
  TagCarrier tag_carrier = TagCarrier::kAuto;
  bool emergency = false;
  /// Packets of strangers per second; 0 admits none.
  std::uint32_t register_rate_per_source = 20;
  std::uint32_t register_rate_total = 5'000;
  std::uint32_t keepalive_rate_per_source = 5;
  std::uint32_t keepalive_rate_total = 5'000;
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
