// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/dataplane/ethtool.h"
#include "agent/dataplane/gate.h"
#include "agent/dataplane/gate_config.h"
#include "agent/dataplane/netlink.h"
#include "agent/dataplane/tag_clash.h"

namespace sipward::dataplane {

/// All that can be seen of an interface without touching it.
struct InterfaceFacts {
  enum class Program : std::uint8_t {
    kNone,
    kOurs,
    kForeign,
    kUnknown,  ///< there is one, and whether it is ours we may not see
  };

  std::string name;
  std::optional<Link> link;    ///< nullopt: there is no such interface
  std::string parent;          ///< name of link->parent
  std::string master;          ///< name of link->master
  bool carries_vlans = false;  ///< it is the parent of a VLAN
  DriverFacts driver;
  std::optional<std::uint64_t> xdp_features;
  Program program = Program::kNone;
  ForeignProgram running;  ///< when there is one
  std::optional<IngressFilter> tag_clash;
};

/// Those of the configuration, in its order.
[[nodiscard]] std::vector<InterfaceFacts> read_interfaces(const GateConfig& config);

}  // namespace sipward::dataplane
