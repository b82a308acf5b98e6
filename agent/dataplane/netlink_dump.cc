// SPDX-License-Identifier: Apache-2.0
#include "agent/dataplane/netlink_dump.h"

#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <vector>

namespace sipward::dataplane {

namespace {

constexpr std::uint32_t kSequence = 1;
constexpr timeval kPatience{.tv_sec = 5, .tv_usec = 0};  // a dump is made while one waits for it

template <class Header>
std::optional<Octets> body_of(Octets rest, std::size_t length) {
  if (length < sizeof(Header) || length > rest.size()) return std::nullopt;
  return rest.subspan(sizeof(Header), length - sizeof(Header));
}

int error_in(const NetlinkMessage& message) { return -read_as<int>(message.body).value_or(0); }

std::vector<std::byte> make_request(std::uint16_t type, Octets body) {
  nlmsghdr header{};
  header.nlmsg_len = static_cast<__u32>(sizeof(header) + body.size());
  header.nlmsg_type = type;
  header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  header.nlmsg_seq = kSequence;
  const auto first = std::as_bytes(std::span(&header, 1));
  std::vector<std::byte> request(first.begin(), first.end());
  request.insert(request.end(), body.begin(), body.end());
  return request;
}

/// A socket for each attempt: on one whose dump was not read to its end, there is no other.
int ask(Octets request, DumpAnswer& answer) {
  const Descriptor socket = open_netlink();
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

Octets behind(Octets octets, std::size_t count) {
  return octets.subspan(std::min(octets.size(), std::size_t{NLMSG_ALIGN(count)}));
}

std::optional<NetlinkMessage> next_message(Octets& rest) {
  const auto header = read_as<nlmsghdr>(rest);
  if (!header) return std::nullopt;
  const auto body = body_of<nlmsghdr>(rest, header->nlmsg_len);
  if (!body) return std::nullopt;
  rest = behind(rest, header->nlmsg_len);
  return NetlinkMessage{.header = *header, .body = *body};
}

std::optional<NetlinkAttribute> next_attribute(Octets& rest) {
  const auto header = read_as<rtattr>(rest);
  if (!header) return std::nullopt;
  const auto value = body_of<rtattr>(rest, header->rta_len);
  if (!value) return std::nullopt;
  rest = behind(rest, header->rta_len);
  const auto type = static_cast<std::uint16_t>(header->rta_type & NLA_TYPE_MASK);
  return NetlinkAttribute{.type = type, .value = *value};
}

Descriptor open_netlink() {
  return Descriptor{::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE)};
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

bool DumpAnswer::end(int error) {
  error_ = error;
  return true;
}

bool DumpAnswer::take(const NetlinkMessage& message) {
  if (message.header.nlmsg_type < NLMSG_MIN_TYPE || take_(message)) return false;
  stopped_ = true;
  return true;
}

bool DumpAnswer::read(const NetlinkDatagram& datagram) {
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

int dump_netlink(std::uint16_t type, Octets body, const DumpReader& reader) {
  const std::vector<std::byte> request = make_request(type, body);
  for (int attempt = 0; attempt < kDumpAttempts; ++attempt) {
    reader.start();
    DumpAnswer answer(kSequence, reader.take);
    if (const int error = ask(request, answer); error != 0) return error;
    if (!answer.interrupted()) return 0;
  }
  return EBUSY;
}

}  // namespace sipward::dataplane
