// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "agent/dataplane/finding.h"
#include "agent/dataplane/gate_config.h"

namespace sipward::dataplane {

/// The number of `net.ipv4.ip_forward`, given as `net/ipv4/ip_forward`; nullopt: there is none, or
/// we may not see it.
using Sysctl = std::function<std::optional<long>(const std::string& name)>;
[[nodiscard]] std::optional<long> read_sysctl(const std::string& name);

/// Settings of the network that go around the gate or keep its word from a socket. None stops an
/// attach.
[[nodiscard]] Findings grade_sysctls(const GateConfig& config, const Sysctl& read);

}  // namespace sipward::dataplane
