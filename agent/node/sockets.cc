// SPDX-License-Identifier: Apache-2.0
#include "agent/node/sockets.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace sipward::node {
namespace {

std::optional<std::string> open_into(std::vector<net::BoundUdp>& sockets,
                                     const sip::Endpoint& local, const net::UdpOptions& options) {
  auto bound = net::bind_udp(local, options);
  if (!bound) return bound.error();
  sockets.push_back(std::move(*bound));
  return std::nullopt;
}

}  // namespace

sip::Result<NodeSockets, std::string> open_sockets(const ops::Config& config) {
  NodeSockets sockets;
  std::optional<std::string> error;
  if (config.pcscf) {
    const net::UdpOptions guarded{.want_mark = config.gate.has_value()};
    for (const sip::Endpoint& local : config.pcscf->listen) {
      if (!error) error = open_into(sockets.access, local, guarded);
    }
    const auto& core = config.pcscf->core_listen;
    if (!error && core) error = open_into(sockets.core, *core, {});
  }
  if (!error && config.scscf && config.scscf->listen) {
    error = open_into(sockets.home, *config.scscf->listen, {});
  }
  if (error) return std::move(*error);
  return sockets;
}

std::string receive_buffer_advice(const NodeSockets& sockets) {
  const int wanted = net::UdpOptions{}.receive_buffer;
  int least = wanted;
  for (const net::BoundUdp& socket : sockets.access) least = std::min(least, socket.receive_buffer);
  if (least >= wanted) return {};
  return fmt::format(
      "receive buffer is {} KiB instead of {}: bursts may be lost; raise it with "
      "sysctl net.core.rmem_max={}",
      least / 1024, wanted / 1024, wanted);
}

}  // namespace sipward::node
