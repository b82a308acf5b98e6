// SPDX-License-Identifier: Apache-2.0
#include "tests/kernel/net_lab.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <stdexcept>
#include <thread>

#include "tests/kernel/lab.h"

namespace sipward::test {

namespace {

constexpr int kReceiveMark = 75;  // SO_RCVMARK, <asm-generic/socket.h> since 5.19
constexpr int kPatienceMs = 2'000;

[[noreturn]] void fail(std::string_view what) {
  throw std::runtime_error(fmt::format("{}: {}", what, std::strerror(errno)));
}

void in_thread(const std::function<void()>& work) {
  std::exception_ptr error;
  std::thread thread([&] {
    try {
      work();
    } catch (...) {
      error = std::current_exception();
    }
  });
  thread.join();
  if (error) std::rethrow_exception(error);
}

}  // namespace

SocketAddress make_socket_address(std::string_view ip, std::uint16_t port) {
  SocketAddress address;
  const std::string text(ip);
  auto* v4 = reinterpret_cast<sockaddr_in*>(&address.storage);
  auto* v6 = reinterpret_cast<sockaddr_in6*>(&address.storage);
  if (inet_pton(AF_INET, text.c_str(), &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET;
    v4->sin_port = htons(port);
    address.size = sizeof(*v4);
  } else if (inet_pton(AF_INET6, text.c_str(), &v6->sin6_addr) == 1) {
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(port);
    address.size = sizeof(*v6);
  } else {
    throw std::invalid_argument("no address: " + text);
  }
  return address;
}

Namespace::Namespace() {
  use_private_bpffs();
  in_thread([&] {
    if (::unshare(CLONE_NEWNET) != 0) fail("unshare");
    fd_ = dataplane::Descriptor{::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC)};
    if (!fd_) fail("/proc/thread-self/ns/net");
  });
}

void Namespace::run(const std::function<void()>& work) const {
  in_thread([&] {
    if (::setns(fd_.get(), CLONE_NEWNET) != 0) fail("setns");
    work();
  });
}

void Namespace::shell(const std::string& command) const {
  run([&] {
    if (std::system(command.c_str()) != 0) throw std::runtime_error("failed: " + command);
  });
}

std::string Namespace::path() const { return fmt::format("/proc/{}/fd/{}", ::getpid(), fd_.get()); }

NetLab::NetLab() { join(); }

void NetLab::join() {
  gate_.shell(fmt::format(
      "ip link add sw0 type veth peer name sw1 netns {0} && ip addr add {1}/24 dev sw0 && "
      "ip addr add {2}/64 dev sw0 nodad && ip link set lo up && ip link set sw0 up",
      ue_.path(), kGate4, kGate6));
  ue_.shell(fmt::format(
      "ip addr add {0}/24 dev sw1 && ip addr add {1}/64 dev sw1 nodad && ip link set sw1 up",
      kPeer4, kPeer6));
}

void NetLab::sever() { gate_.shell("ip link del sw0"); }

sip::Result<dataplane::Report, std::string> NetLab::attach(
    const dataplane::GateConfig& config) const {
  std::optional<sip::Result<dataplane::Report, std::string>> result;
  gate_.run([&] { result = dataplane::attach(config); });
  return *std::move(result);
}

sip::Result<dataplane::Report, std::string> NetLab::detach(
    const std::string& pin_path, const std::vector<std::string>& interfaces) const {
  std::optional<sip::Result<dataplane::Report, std::string>> result;
  gate_.run([&] { result = dataplane::detach(pin_path, interfaces); });
  return *std::move(result);
}

dataplane::Status NetLab::status(const dataplane::GateConfig& config) const {
  std::optional<sip::Result<dataplane::Status, std::string>> result;
  gate_.run([&] { result = dataplane::status(config.pin_path, config.interfaces); });
  if (!result->ok()) throw std::runtime_error(result->error());
  return std::move(*result).value();
}

UdpPeer::UdpPeer(const Namespace& host, std::string_view ip, std::uint16_t port) {
  host.run([&] {
    const SocketAddress address = make_socket_address(ip, port);
    fd_ = dataplane::Descriptor{::socket(address.storage.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
    const int on = 1;
    if (::setsockopt(fd_.get(), SOL_SOCKET, kReceiveMark, &on, sizeof(on)) != 0) {
      fail("SO_RCVMARK");
    }
    if (::bind(fd_.get(), reinterpret_cast<const sockaddr*>(&address.storage), address.size) != 0) {
      fail("bind");
    }
  });
}

void UdpPeer::send(std::string_view payload, std::string_view ip, std::uint16_t port) const {
  const SocketAddress to = make_socket_address(ip, port);
  if (::sendto(fd_.get(), payload.data(), payload.size(), 0,
               reinterpret_cast<const sockaddr*>(&to.storage), to.size) < 0) {
    fail("sendto");
  }
}

std::optional<UdpPeer::Datagram> UdpPeer::receive() const { return receive_within(kPatienceMs); }
std::optional<UdpPeer::Datagram> UdpPeer::receive_now() const { return receive_within(0); }

std::optional<UdpPeer::Datagram> UdpPeer::receive_within(int milliseconds) const {
  pollfd waiting{.fd = fd_.get(), .events = POLLIN, .revents = 0};
  if (::poll(&waiting, 1, milliseconds) != 1) return std::nullopt;
  std::array<char, 65'536> buffer{};
  alignas(cmsghdr) std::array<char, 128> control{};
  iovec vector{.iov_base = buffer.data(), .iov_len = buffer.size()};
  msghdr message{};
  message.msg_iov = &vector;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  const ssize_t length = ::recvmsg(fd_.get(), &message, 0);
  if (length < 0) return std::nullopt;
  Datagram datagram{.payload = {buffer.data(), static_cast<std::size_t>(length)}};
  for (cmsghdr* one = CMSG_FIRSTHDR(&message); one != nullptr; one = CMSG_NXTHDR(&message, one)) {
    if (one->cmsg_level == SOL_SOCKET && one->cmsg_type == SO_MARK) {
      std::memcpy(&datagram.mark, CMSG_DATA(one), sizeof(datagram.mark));
    }
  }
  return datagram;
}

Mac mac_of(const Namespace& host, const std::string& interface) {
  Mac mac{};
  host.run([&] {
    ifreq request{};
    interface.copy(request.ifr_name, IFNAMSIZ - 1);
    const dataplane::Descriptor any{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
    if (::ioctl(any.get(), SIOCGIFHWADDR, &request) != 0) fail("SIOCGIFHWADDR");
    std::memcpy(mac.data(), request.ifr_hwaddr.sa_data, mac.size());
  });
  return mac;
}

Wire::Wire(const Namespace& host, const std::string& interface) {
  host.run([&] {
    fd_ = dataplane::Descriptor{::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0)};
    sockaddr_ll place{};
    place.sll_family = AF_PACKET;
    place.sll_ifindex = static_cast<int>(::if_nametoindex(interface.c_str()));
    if (::bind(fd_.get(), reinterpret_cast<const sockaddr*>(&place), sizeof(place)) != 0) {
      fail("bind");
    }
  });
}

void Wire::send(const Frame& frame) const {
  if (::send(fd_.get(), frame.data(), frame.size(), 0) < 0) fail("send");
}

}  // namespace sipward::test
