// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/dataplane/gate_config.h"

namespace sipward::dataplane {

/// What this kernel gives to this process. nullopt: we may not see it.
struct KernelFacts {
  /// Who may ask for the mark of a datagram (SO_RCVMARK).
  enum class ReceiveMark : std::uint8_t { kNobody, kPrivileged, kAnybody };

  std::string release;  ///< `6.1.0-28-amd64`
  std::uint32_t cpus = 1;
  std::vector<std::string> missing_capabilities;  ///< of the three that attaching needs
  std::optional<bool> xdp;                        ///< programs for frames of any size load
  std::optional<bool> tc;                         ///< so do those for tc
  std::optional<bool> jit;
  std::optional<bool> type_info;  ///< BTF is taken: without it nobody can read the maps
  std::optional<bool> tcx;
  std::optional<bool> clsact;             ///< asked only when the tag needs it
  std::vector<std::string> missing_maps;  ///< kinds of maps that this kernel has not
  std::optional<std::string> refused;     ///< the gate as configured, loaded for a try: why not
  bool tried = false;                     ///< it was
  ReceiveMark receive_mark = ReceiveMark::kAnybody;
  bool vmlinux_types = false;  ///< /sys/kernel/btf/vmlinux
  std::optional<std::uint64_t> available_memory;
};

[[nodiscard]] KernelFacts read_kernel(const GateConfig& config);

/// `6.1.0-28-amd64` as 6 and 1; nullopt: it is no such text.
struct KernelVersion {
  std::uint32_t major = 0;
  std::uint32_t minor = 0;
  auto operator<=>(const KernelVersion&) const = default;
};
[[nodiscard]] std::optional<KernelVersion> parse_release(std::string_view release);
/// Octets that /proc/meminfo calls MemAvailable.
[[nodiscard]] std::optional<std::uint64_t> parse_available_memory(std::string_view meminfo);

}  // namespace sipward::dataplane
