// SPDX-License-Identifier: Apache-2.0
#include "agent/net/socket_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstring>
#include <span>

namespace sipward::net {
namespace {

template <class Address>
void fill(SocketAddress& out, const Address& address) {
  std::memcpy(&out.storage, &address, sizeof address);
  out.length = sizeof address;
}

}  // namespace

SocketAddress to_socket_address(const sip::Endpoint& endpoint) {
  SocketAddress out;
  const auto octets = endpoint.ip.bytes();
  if (endpoint.ip.is_v4()) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(endpoint.port);
    std::memcpy(&v4.sin_addr, octets.data(), sizeof v4.sin_addr);
    fill(out, v4);
  } else {
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(endpoint.port);
    std::memcpy(&v6.sin6_addr, octets.data(), sizeof v6.sin6_addr);
    fill(out, v6);
  }
  return out;
}

std::optional<sip::Endpoint> from_socket_address(const sockaddr_storage& storage) {
  std::array<std::uint8_t, 16> octets{};
  std::size_t length = 0;
  std::uint16_t port = 0;
  if (storage.ss_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &storage, sizeof v4);
    length = sizeof v4.sin_addr;
    std::memcpy(octets.data(), &v4.sin_addr, length);
    port = ntohs(v4.sin_port);
  } else if (storage.ss_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, &storage, sizeof v6);
    length = sizeof v6.sin6_addr;
    std::memcpy(octets.data(), &v6.sin6_addr, length);
    port = ntohs(v6.sin6_port);
  } else {
    return std::nullopt;
  }
  const auto ip = sip::IpAddress::from_bytes(std::span(octets).first(length));
  return sip::Endpoint{.ip = *ip, .port = port};
}

}  // namespace sipward::net
