// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/socket.h>

#include <optional>

#include "sip/ip_address.h"

namespace sipward::net {

/// An endpoint as the kernel has it.
struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t length = 0;

  [[nodiscard]] sockaddr* data() { return reinterpret_cast<sockaddr*>(&storage); }
  [[nodiscard]] const sockaddr* data() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

[[nodiscard]] SocketAddress to_socket_address(const sip::Endpoint& endpoint);
/// nullopt for a family that is neither IPv4 nor IPv6.
[[nodiscard]] std::optional<sip::Endpoint> from_socket_address(const sockaddr_storage& storage);

}  // namespace sipward::net
