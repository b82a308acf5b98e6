// SPDX-License-Identifier: Apache-2.0
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <optional>

#include "agent/net/socket_address.h"
#include "agent/net/udp_socket.h"

namespace sipward::net {
namespace {

// Linux 5.19; linux-libc-dev 6.1 has it, older ones do not.
#ifdef SO_RCVMARK
constexpr int kReceiveMark = SO_RCVMARK;
#else
constexpr int kReceiveMark = 75;
#endif

bool set_option(const Fd& fd, int level, int option, int value) {
  return setsockopt(fd.get(), level, option, &value, sizeof value) == 0;
}

std::string describe_bind_error(const sip::Endpoint& local) {
  const int error = errno;
  std::string_view hint;
  if (error == EADDRNOTAVAIL) hint = ": no interface has this address yet";
  if (error == EADDRINUSE) hint = ": another program listens there (ss -ulpn)";
  if (error == EACCES) hint = ": ports below 1024 need CAP_NET_BIND_SERVICE";
  return "cannot listen at udp:" + local.text() + ": " + std::strerror(error) + std::string(hint);
}

std::string describe_mark_error() {
  const int error = errno;
  const std::string_view hint =
      error == EPERM
          ? "this kernel asks for a capability: start with AmbientCapabilities=CAP_NET_RAW"
            " (sipwardd drops it before it reads a packet)"
          : "the gate's verdict cannot be read: Linux 5.19 or later is needed";
  return std::string("cannot set SO_RCVMARK: ") + std::strerror(error) + ": " + std::string(hint);
}

int receive_buffer_of(const Fd& fd) {
  int size = 0;
  socklen_t length = sizeof size;
  getsockopt(fd.get(), SOL_SOCKET, SO_RCVBUF, &size, &length);
  return size / 2;  // the kernel tells the double of what it was asked
}

/// RFC 3261 18.1.1 leaves large datagrams to IP fragments. IPv4: fragment on the way, and let no
/// forged ICMP shrink the packets. IPv6: fragment here, by the path MTU.
bool allow_fragments(const Fd& fd, bool v4) {
  return v4 ? set_option(fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_OMIT)
            : set_option(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_DONT);
}

std::optional<std::string> set_options(const Fd& fd, const sip::Endpoint& local,
                                       const UdpOptions& options) {
  const bool v4 = local.ip.is_v4();
  const bool ours = (v4 || set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1)) &&
                    set_option(fd, SOL_SOCKET, SO_RXQ_OVFL, 1) && allow_fragments(fd, v4);
  if (!ours) {
    return "cannot set up the socket of udp:" + local.text() + ": " + std::strerror(errno);
  }
  if (!set_option(fd, SOL_SOCKET, SO_RCVBUFFORCE, options.receive_buffer)) {
    set_option(fd, SOL_SOCKET, SO_RCVBUF, options.receive_buffer);
  }
  if (options.want_mark && !set_option(fd, SOL_SOCKET, kReceiveMark, 1)) {
    return describe_mark_error();
  }
  return std::nullopt;
}

}  // namespace

sip::Result<BoundUdp, std::string> bind_udp(const sip::Endpoint& local, const UdpOptions& options) {
  const int family = local.ip.is_v4() ? AF_INET : AF_INET6;
  Fd fd(socket(family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd.is_open()) return std::string("cannot make a UDP socket: ") + std::strerror(errno);
  if (auto error = set_options(fd, local, options)) return std::move(*error);
  SocketAddress address = to_socket_address(local);
  if (bind(fd.get(), address.data(), address.length) != 0) return describe_bind_error(local);
  address.length = sizeof address.storage;
  getsockname(fd.get(), address.data(), &address.length);
  const int buffer = receive_buffer_of(fd);
  return BoundUdp{.fd = std::move(fd),
                  .local = *from_socket_address(address.storage),
                  .receive_buffer = buffer};
}

}  // namespace sipward::net
