// SPDX-License-Identifier: Apache-2.0
#include "tests/kernel/tcp_socket.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace sipward::test {

namespace {

constexpr int kPatienceMs = 2'000;

[[noreturn]] void fail(std::string_view what) {
  throw std::runtime_error(fmt::format("{}: {}", what, std::strerror(errno)));
}

/// Bound to the address.
dataplane::Descriptor open_at(const SocketAddress& address) {
  dataplane::Descriptor fd{::socket(address.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  const int on = 1;
  const timeval patience{.tv_sec = kPatienceMs / 1'000, .tv_usec = 0};
  ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  ::setsockopt(fd.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));  // of connect
  if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address.storage), address.size) != 0) {
    fail("bind");
  }
  return fd;
}

void wait_for(const dataplane::Descriptor& fd) {
  pollfd waiting{.fd = fd.get(), .events = POLLIN, .revents = 0};
  if (::poll(&waiting, 1, kPatienceMs) != 1) throw std::runtime_error("nothing came");
}

}  // namespace

TcpSocket TcpSocket::listen(const Namespace& host, std::string_view ip, std::uint16_t port) {
  dataplane::Descriptor fd;
  host.run([&] {
    fd = open_at(make_socket_address(ip, port));
    if (::listen(fd.get(), 8) != 0) fail("listen");
  });
  return TcpSocket{std::move(fd)};
}

TcpSocket TcpSocket::connect(const Namespace& host, const Ends& ends) {
  dataplane::Descriptor fd;
  host.run([&] {
    fd = open_at(make_socket_address(ends.here, ends.here_port));
    const SocketAddress to = make_socket_address(ends.there, ends.there_port);
    if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&to.storage), to.size) != 0) {
      fail("connect");
    }
  });
  return TcpSocket{std::move(fd)};
}

TcpSocket TcpSocket::accept() const {
  wait_for(fd_);
  dataplane::Descriptor accepted{::accept4(fd_.get(), nullptr, nullptr, SOCK_CLOEXEC)};
  if (!accepted) fail("accept");
  return TcpSocket{std::move(accepted)};
}

void TcpSocket::send(std::string_view text) const {
  if (::send(fd_.get(), text.data(), text.size(), MSG_NOSIGNAL) < 0) fail("send");
}

std::string TcpSocket::receive() const {
  wait_for(fd_);
  std::array<char, 4'096> buffer{};
  const ssize_t length = ::recv(fd_.get(), buffer.data(), buffer.size(), 0);
  if (length < 0) fail("recv");
  return {buffer.data(), static_cast<std::size_t>(length)};
}

std::uint32_t TcpSocket::mark() const {
  std::uint32_t mark = 0;
  socklen_t size = sizeof(mark);
  if (::getsockopt(fd_.get(), SOL_SOCKET, SO_MARK, &mark, &size) != 0) fail("SO_MARK");
  return mark;
}

}  // namespace sipward::test
