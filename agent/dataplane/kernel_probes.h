// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agent/dataplane/gate_config.h"
#include "agent/dataplane/kernel_facts.h"

/// Questions that are answered by trying. Nothing is attached to an interface of anybody's, nothing
/// is pinned, and what is loaded is gone when the function returns.
namespace sipward::dataplane {

struct ProgramProbe {
  bool loads = false;
  bool jit = false;
};
[[nodiscard]] ProgramProbe probe_xdp();  ///< for frames of many buffers, as the gate is
[[nodiscard]] bool probe_tc();
[[nodiscard]] bool probe_type_info();
[[nodiscard]] bool probe_tcx();
/// Makes a clsact qdisc in a network namespace of its own. nullopt: we may not make one.
[[nodiscard]] std::optional<bool> probe_clsact();
[[nodiscard]] std::vector<std::string> find_missing_maps();
/// Loads the gate with these settings and small maps. Why the kernel refuses it; nullopt: it does
/// not.
[[nodiscard]] std::optional<std::string> probe_gate(const GateConfig& config);
/// Asks as somebody without any capability first.
[[nodiscard]] KernelFacts::ReceiveMark probe_receive_mark();

}  // namespace sipward::dataplane
