// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agent/net/udp_socket.h"
#include "agent/ops/config.h"
#include "sip/result.h"

namespace sipward::node {

/// The node's sockets, bound and not yet read: opened first, while there may be privileges.
struct NodeSockets {
  std::vector<net::BoundUdp> access;
  std::vector<net::BoundUdp> core;  ///< the P-CSCF's side toward a remote core
  std::vector<net::BoundUdp> home;  ///< the S-CSCF's own
};

/// All of them, or the error of the first that failed.
sip::Result<NodeSockets, std::string> open_sockets(const ops::Config& config);

/// Smaller than what was asked for: what to do about it. Empty if nothing is to do.
[[nodiscard]] std::string receive_buffer_advice(const NodeSockets& sockets);

}  // namespace sipward::node
