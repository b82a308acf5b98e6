// SPDX-License-Identifier: Apache-2.0
#include "agent/dataplane/netlink_octets.h"

#include <algorithm>
#include <string_view>

namespace sipward::dataplane {

namespace {

template <class Header>
std::optional<Octets> body_of(Octets rest, std::size_t length) {
  if (length < sizeof(Header) || length > rest.size()) return std::nullopt;
  return rest.subspan(sizeof(Header), length - sizeof(Header));
}

}  // namespace

std::uint32_t read_number(Octets octets) { return read_as<std::uint32_t>(octets).value_or(0); }

std::string read_text(Octets octets) {
  const std::string_view text(reinterpret_cast<const char*>(octets.data()), octets.size());
  return std::string(text.substr(0, text.find('\0')));
}

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
  const auto header = read_as<nlattr>(rest);
  if (!header) return std::nullopt;
  const auto value = body_of<nlattr>(rest, header->nla_len);
  if (!value) return std::nullopt;
  rest = behind(rest, header->nla_len);
  const auto type = static_cast<std::uint16_t>(header->nla_type & NLA_TYPE_MASK);
  return NetlinkAttribute{.type = type, .value = *value};
}

Octets find_attribute(Octets attributes, std::uint16_t type) {
  while (const auto attribute = next_attribute(attributes)) {
    if (attribute->type == type) return attribute->value;
  }
  return {};
}

}  // namespace sipward::dataplane
