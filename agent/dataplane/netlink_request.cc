// SPDX-License-Identifier: Apache-2.0
#include "agent/dataplane/netlink_request.h"

#include <sys/socket.h>
#include <sys/time.h>

#include <algorithm>
#include <array>

namespace sipward::dataplane {

namespace {

constexpr std::uint32_t kSequence = 1;
constexpr timeval kPatience{.tv_sec = 5, .tv_usec = 0};  // an answer is made while one waits for it

int error_in(const NetlinkMessage& message) { return -read_as<int>(message.body).value_or(0); }

/// A socket for each attempt: on one whose dump was not read to its end, there is no other.
int ask_once(int protocol, Octets request, NetlinkAnswer& answer) {
  const Descriptor socket = open_netlink(protocol);
  if (!socket ||
      ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof(kPatience)) != 0) {
    return errno;
  }
  if (::send(socket.get(), request.data(), request.size(), 0) < 0) return errno;
  std::array<std::byte, kNetlinkBuffer> buffer{};
  while (true) {
    const auto datagram = receive_netlink(socket.get(), buffer, 0);
    if (!datagram) return errno;
    if (answer.read(*datagram)) return answer.error();
  }
}

}  // namespace

void NetlinkRequest::append(Octets octets) {
  body_.insert(body_.end(), octets.begin(), octets.end());
  body_.resize(NLMSG_ALIGN(body_.size()));
}

NetlinkRequest& NetlinkRequest::attribute(std::uint16_t type, Octets value) {
  const nlattr head{.nla_len = static_cast<std::uint16_t>(sizeof(nlattr) + value.size()),
                    .nla_type = type};
  append(octets_of(head));
  append(value);
  return *this;
}

std::vector<std::byte> NetlinkRequest::octets() const {
  nlmsghdr head{};
  head.nlmsg_len = static_cast<std::uint32_t>(sizeof(head) + body_.size());
  head.nlmsg_type = type_;
  head.nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | flags_);
  head.nlmsg_seq = kSequence;
  std::vector<std::byte> octets(sizeof(head) + body_.size());
  std::memcpy(octets.data(), &head, sizeof(head));
  std::ranges::copy(body_, octets.begin() + sizeof(head));
  return octets;
}

Descriptor open_netlink(int protocol) {
  return Descriptor{::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol)};
}

std::optional<NetlinkDatagram> receive_netlink(int socket, std::span<std::byte> buffer, int flags) {
  sockaddr_nl sender{};
  iovec vector{.iov_base = buffer.data(), .iov_len = buffer.size()};
  msghdr message{};
  message.msg_name = &sender;
  message.msg_namelen = sizeof(sender);
  message.msg_iov = &vector;
  message.msg_iovlen = 1;
  ssize_t length = 0;
  do {
    length = ::recvmsg(socket, &message, flags);
  } while (length < 0 && errno == EINTR);
  if (length < 0) return std::nullopt;
  if (sender.nl_pid != 0) return NetlinkDatagram{};
  return NetlinkDatagram{.octets = buffer.first(static_cast<std::size_t>(length)),
                         .cut = (message.msg_flags & MSG_TRUNC) != 0};
}

bool NetlinkAnswer::end(int error) {
  error_ = error;
  return true;
}

bool NetlinkAnswer::take(const NetlinkMessage& message) {
  if (message.header.nlmsg_type < NLMSG_MIN_TYPE || take_(message)) return false;
  stopped_ = true;
  return true;
}

bool NetlinkAnswer::read(const NetlinkDatagram& datagram) {
  if (datagram.cut) return end(EMSGSIZE);
  Octets rest = datagram.octets;
  while (const auto message = next_message(rest)) {
    const nlmsghdr& header = message->header;
    if (header.nlmsg_seq != sequence_) continue;
    interrupted_ = interrupted_ || (header.nlmsg_flags & NLM_F_DUMP_INTR) != 0;
    if (header.nlmsg_type == NLMSG_DONE) return end(std::max(error_in(*message), 0));
    if (header.nlmsg_type == NLMSG_ERROR) return end(std::max(error_in(*message), EPERM));
    if (take(*message)) return true;
  }
  return rest.empty() ? false : end(EBADMSG);
}

int ask_kernel(int protocol, const NetlinkRequest& request, const NetlinkReader& reader) {
  const std::vector<std::byte> octets = request.octets();
  for (int attempt = 0; attempt < kNetlinkAttempts; ++attempt) {
    reader.start();
    NetlinkAnswer answer(kSequence, reader.take);
    if (const int error = ask_once(protocol, octets, answer); error != 0) return error;
    if (!answer.interrupted()) return 0;
  }
  return EBUSY;
}

}  // namespace sipward::dataplane
