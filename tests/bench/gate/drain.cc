// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/gate/drain.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <stdexcept>
#include <string>

#include "tests/kernel/lab.h"

namespace sipward::bench {

namespace {

constexpr int kReceiveMark = 75;  // SO_RCVMARK, <asm-generic/socket.h> since 5.19
constexpr int kBuffer = 256 << 20;

dataplane::Descriptor open_listener() {
  dataplane::Descriptor fd{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  const int on = 1;
  sockaddr_in local{};
  local.sin_family = AF_INET;
  local.sin_port = htons(test::kSip);
  inet_pton(AF_INET, std::string(test::kGate4).c_str(), &local.sin_addr);
  const auto set = [&](int name, const int& value) {
    return ::setsockopt(fd.get(), SOL_SOCKET, name, &value, sizeof(value)) == 0;
  };
  if (!set(kReceiveMark, on) || !set(SO_RCVBUFFORCE, kBuffer) ||
      ::bind(fd.get(), reinterpret_cast<const sockaddr*>(&local), sizeof(local)) != 0) {
    throw std::runtime_error("cannot open the listener's socket");
  }
  return fd;
}

}  // namespace

/// Room for one call of recvmmsg.
class Drain::Batch {
 public:
  Batch() {
    for (std::size_t i = 0; i < kSize; ++i) {
      vectors_[i] = {.iov_base = octets_[i].data(), .iov_len = octets_[i].size()};
    }
  }

  int receive(int socket) {
    for (std::size_t i = 0; i < kSize; ++i) {
      msghdr& message = messages_[i].msg_hdr;
      message = {};
      message.msg_name = &peers_[i];
      message.msg_namelen = sizeof(peers_[i]);
      message.msg_iov = &vectors_[i];
      message.msg_iovlen = 1;
      message.msg_control = control_[i].data();
      message.msg_controllen = control_[i].size();
    }
    return ::recvmmsg(socket, messages_.data(), kSize, MSG_DONTWAIT, nullptr);
  }

  /// A mark of 0 is given as such: that is a datagram without tag.
  [[nodiscard]] bool is_tagged(int i) {
    msghdr& message = messages_[static_cast<std::size_t>(i)].msg_hdr;
    for (cmsghdr* one = CMSG_FIRSTHDR(&message); one != nullptr; one = CMSG_NXTHDR(&message, one)) {
      if (one->cmsg_level == SOL_SOCKET && one->cmsg_type == SO_MARK) {
        return *reinterpret_cast<const std::uint32_t*>(CMSG_DATA(one)) != 0;
      }
    }
    return false;
  }

 private:
  static constexpr std::size_t kSize = 64;

  std::array<mmsghdr, kSize> messages_{};
  std::array<iovec, kSize> vectors_{};
  std::array<sockaddr_storage, kSize> peers_{};
  std::array<std::array<char, 2'048>, kSize> octets_{};
  struct alignas(cmsghdr) Control : std::array<char, 64> {};
  std::array<Control, kSize> control_{};
};

Drain::Drain(const Site& site) : batch_(std::make_unique<Batch>()) {
  site.host().run([&] { socket_ = open_listener(); });
}

Drain::~Drain() = default;

std::uint32_t Drain::read_all() {
  std::uint32_t datagrams = 0;
  for (int count = 0; (count = batch_->receive(socket_.get())) > 0;) {
    for (int i = 0; i < count; ++i) tagged_ += batch_->is_tagged(i) ? 1 : 0;
    datagrams += static_cast<std::uint32_t>(count);
  }
  return datagrams;
}

}  // namespace sipward::bench
