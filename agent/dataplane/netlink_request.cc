// SPDX-License-Identifier: Apache-2.0
#include "agent/dataplane/netlink_request.h"

#include <linux/netlink.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <cerrno>
#include <vector>

#include "agent/dataplane/descriptor.h"

namespace sipward::dataplane {

namespace {

constexpr std::size_t kAnswerBuffer = 65'536;
constexpr timeval kPatience{.tv_sec = 2, .tv_usec = 0};

std::size_t aligned(std::size_t size) { return (size + NLMSG_ALIGNTO - 1) & ~std::size_t{3}; }

enum class Next : std::uint8_t { kReadOn, kEnd, kError };

Next end_of(const nlmsghdr& header, std::string_view body) {
  if (header.nlmsg_type != NLMSG_ERROR) return Next::kEnd;
  errno = -read_octets<int>(body).value_or(-EPROTO);
  return errno == 0 ? Next::kEnd : Next::kError;
}

/// The messages of one datagram.
Next read_datagram(std::string_view octets, const NetlinkReader& read) {
  while (const auto header = read_octets<nlmsghdr>(octets)) {
    if (header->nlmsg_len < sizeof(nlmsghdr) || header->nlmsg_len > octets.size()) break;
    const auto body = octets.substr(sizeof(nlmsghdr), header->nlmsg_len - sizeof(nlmsghdr));
    if (header->nlmsg_type == NLMSG_DONE || header->nlmsg_type == NLMSG_ERROR) {
      return end_of(*header, body);
    }
    read(header->nlmsg_type, body);
    if ((header->nlmsg_flags & NLM_F_MULTI) == 0) return Next::kEnd;
    octets.remove_prefix(std::min(aligned(header->nlmsg_len), octets.size()));
  }
  return Next::kReadOn;
}

}  // namespace

NetlinkRequest& NetlinkRequest::attribute(std::uint16_t type, std::string_view payload) {
  const nlattr head{.nla_len = static_cast<std::uint16_t>(sizeof(nlattr) + payload.size()),
                    .nla_type = type};
  body_.append(reinterpret_cast<const char*>(&head), sizeof(head));
  body_ += payload;
  pad();
  return *this;
}

std::string NetlinkRequest::octets() const {
  nlmsghdr head{};
  head.nlmsg_len = static_cast<std::uint32_t>(sizeof(head) + body_.size());
  head.nlmsg_type = type_;
  head.nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | flags_);
  return std::string(reinterpret_cast<const char*>(&head), sizeof(head)) + body_;
}

bool ask_kernel(int protocol, const NetlinkRequest& request, const NetlinkReader& read) {
  const Descriptor netlink{::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol)};
  if (!netlink) return false;
  ::setsockopt(netlink.get(), SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof(kPatience));
  const std::string octets = request.octets();
  if (::send(netlink.get(), octets.data(), octets.size(), 0) < 0) return false;
  std::vector<char> buffer(kAnswerBuffer);
  while (true) {
    const ssize_t length = ::recv(netlink.get(), buffer.data(), buffer.size(), 0);
    if (length <= 0) return false;
    const Next next = read_datagram({buffer.data(), static_cast<std::size_t>(length)}, read);
    if (next != Next::kReadOn) return next == Next::kEnd;
  }
}

std::optional<std::string_view> find_attribute(std::string_view attributes, std::uint16_t type) {
  while (const auto head = read_octets<nlattr>(attributes)) {
    if (head->nla_len < sizeof(nlattr) || head->nla_len > attributes.size()) break;
    if ((head->nla_type & NLA_TYPE_MASK) == type) {
      return attributes.substr(sizeof(nlattr), head->nla_len - sizeof(nlattr));
    }
    attributes.remove_prefix(std::min(aligned(head->nla_len), attributes.size()));
  }
  return std::nullopt;
}

std::string read_text(std::optional<std::string_view> octets) {
  return octets ? std::string(octets->substr(0, octets->find('\0'))) : std::string();
}

}  // namespace sipward::dataplane
