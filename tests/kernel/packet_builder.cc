// SPDX-License-Identifier: Apache-2.0
#include "tests/kernel/packet_builder.h"

#include <arpa/inet.h>

#include <stdexcept>

namespace sipward::test {

namespace {

constexpr std::uint8_t kFragmentHeader = 44;

void put16(Frame& frame, std::size_t value) {
  frame.push_back(static_cast<std::uint8_t>(value >> 8));
  frame.push_back(static_cast<std::uint8_t>(value));
}

void put(Frame& frame, const Frame& more) { frame.insert(frame.end(), more.begin(), more.end()); }

Frame address(std::string_view text) {
  Frame octets(16);
  const std::string copy(text);
  if (inet_pton(AF_INET, copy.c_str(), octets.data()) == 1) {
    octets.resize(4);
  } else if (inet_pton(AF_INET6, copy.c_str(), octets.data()) != 1) {
    throw std::invalid_argument("no address: " + copy);
  }
  return octets;
}

}  // namespace

Packet& Packet::vlan(std::uint16_t id) {
  vlans_.push_back(id);
  return *this;
}
Packet& Packet::ethertype(std::uint16_t type) {
  ethertype_ = type;
  return *this;
}
Packet& Packet::ip(std::string_view source, std::string_view target) {
  source_ = address(source);
  target_ = address(target);
  v6_ = target_.size() == 16;
  return *this;
}
Packet& Packet::protocol(std::uint8_t number) {
  protocol_ = number;
  return *this;
}
Packet& Packet::udp(std::uint16_t source, std::uint16_t target) {
  source_port_ = source;
  target_port_ = target;
  return *this;
}
Packet& Packet::payload(std::string_view text) {
  payload_ = text;
  return *this;
}
Packet& Packet::ipv4_options(std::size_t octets) {
  options_ = octets;
  return *this;
}
Packet& Packet::extension(std::uint8_t type, std::size_t octets) {
  Frame header(octets);
  header[1] = static_cast<std::uint8_t>(octets / 8 - 1);
  if (type == 51) header[1] = static_cast<std::uint8_t>(octets / 4 - 2);  // AH counts in words
  extensions_.push_back({type, header});
  return *this;
}
Packet& Packet::fragment(std::size_t offset, bool more) {
  if (!v6_) {
    fragment_field_ = static_cast<std::uint16_t>(offset / 8 | (more ? 0x2000 : 0));
    return *this;
  }
  const std::size_t field = offset | (more ? 1 : 0);
  extensions_.push_back({kFragmentHeader,
                         {0, 0, static_cast<std::uint8_t>(field >> 8),
                          static_cast<std::uint8_t>(field), 0x12, 0x34, 0x56, 0x78}});
  return *this;
}
Packet& Packet::without_udp_header() {
  has_udp_header_ = false;
  return *this;
}
Packet& Packet::claim_version(std::uint8_t version) {
  version_ = version;
  return *this;
}
Packet& Packet::claim_ihl(std::uint8_t words) {
  ihl_ = words;
  return *this;
}
Packet& Packet::claim_ip_length(std::size_t octets) {
  ip_length_ = octets;
  return *this;
}
Packet& Packet::claim_udp_length(std::size_t octets) {
  udp_length_ = octets;
  return *this;
}
Packet& Packet::pad(std::size_t octets) {
  padding_ = octets;
  return *this;
}
Packet& Packet::truncate(std::size_t octets) {
  truncated_ = octets;
  return *this;
}

Frame Packet::datagram() const {
  Frame frame;
  if (has_udp_header_) {
    put16(frame, source_port_);
    put16(frame, target_port_);
    put16(frame, udp_length_.value_or(8 + payload_.size()));
    put16(frame, 0);
  }
  frame.insert(frame.end(), payload_.begin(), payload_.end());
  return frame;
}

Frame Packet::ipv4(const Frame& inner) const {
  const std::size_t header = 20 + options_;
  Frame frame;
  frame.push_back(static_cast<std::uint8_t>(version_.value_or(4) << 4 |
                                            ihl_.value_or(static_cast<std::uint8_t>(header / 4))));
  frame.push_back(0);
  put16(frame, ip_length_.value_or(header + inner.size()));
  put16(frame, 0x1234);
  put16(frame, fragment_field_);
  frame.push_back(64);
  frame.push_back(protocol_);
  put16(frame, 0);
  put(frame, source_);
  put(frame, target_);
  frame.insert(frame.end(), options_, 1);  // NOP
  put(frame, inner);
  return frame;
}

Frame Packet::ipv6(const Frame& inner) const {
  Frame chain;
  for (std::size_t i = 0; i < extensions_.size(); ++i) {
    Frame header = extensions_[i].octets;
    header[0] = i + 1 < extensions_.size() ? extensions_[i + 1].type : protocol_;
    put(chain, header);
  }
  Frame frame{static_cast<std::uint8_t>(version_.value_or(6) << 4), 0, 0, 0};
  put16(frame, ip_length_.value_or(chain.size() + inner.size()));
  frame.push_back(extensions_.empty() ? protocol_ : extensions_.front().type);
  frame.push_back(64);
  put(frame, source_);
  put(frame, target_);
  put(frame, chain);
  put(frame, inner);
  return frame;
}

Frame Packet::build() const {
  Frame frame{0x02, 0, 0, 0, 0, 0x10, 0x02, 0, 0, 0, 0, 0x20};
  for (std::size_t i = 0; i < vlans_.size(); ++i) {
    put16(frame, i + 1 < vlans_.size() ? 0x88a8 : 0x8100);
    put16(frame, vlans_[i]);
  }
  put16(frame, ethertype_.value_or(v6_ ? 0x86dd : 0x0800));
  put(frame, v6_ ? ipv6(datagram()) : ipv4(datagram()));
  frame.insert(frame.end(), padding_, 0);
  if (truncated_) frame.resize(*truncated_);
  return frame;
}

}  // namespace sipward::test
