// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sip/flow.h"

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
  /// Who may read the counters and write the rows; no such group: only root, with a warning.
  std::string group = "sipward";
  /// Of the program that attaches, for the map `meta`.
  std::string version;
};

}  // namespace sipward::dataplane
