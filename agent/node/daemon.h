// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/ops/config.h"

namespace sipward::node {

/// sipwardd: sockets first, then every privilege given up, then the kernel's maps, the store and
/// the control socket, then work until SIGTERM or SIGINT. Throws std::runtime_error with one line
/// for the operator when it cannot start.
///
/// At the end the rows stay in the kernel: nothing listens behind them, they run out by themselves,
/// and the next start removes them before it reads a packet.
void run_daemon(const ops::Config& config);

}  // namespace sipward::node
