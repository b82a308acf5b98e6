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

void put32(Frame& frame, std::uint32_t value) {
  put16(frame, value >> 16);
  put16(frame, value & 0xffff);
}

template <class Octets>
void put(Frame& frame, const Octets& more) {
  frame.insert(frame.end(), more.begin(), more.end());
}

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

/// RFC 1071.
std::uint16_t checksum(const Frame& octets) {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < octets.size(); ++i) sum += octets[i] << (i % 2 == 0 ? 8 : 0);
  while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<std::uint16_t>(~sum);
}

void set16(Frame& frame, std::size_t at, std::uint16_t value) {
  frame[at] = static_cast<std::uint8_t>(value >> 8);
  frame[at + 1] = static_cast<std::uint8_t>(value);
}

}  // namespace

Packet& Packet::mac(const Mac& source) {
  mac_ = source;
  return *this;
}
Packet& Packet::to_mac(const Mac& target) {
  to_mac_ = target;
  return *this;
}
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
Packet& Packet::hop_limit(std::uint8_t hops) {
  hop_limit_ = hops;
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
Packet& Packet::tcp(std::uint16_t source, std::uint16_t target, std::uint8_t flags) {
  udp(source, target);
  is_tcp_ = true;
  protocol_ = 6;
  tcp_flags_ = flags;
  return *this;
}
Packet& Packet::sequence(std::uint32_t sent, std::uint32_t acknowledged) {
  sent_ = sent;
  acknowledged_ = acknowledged;
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
  Frame header{0, 0};
  put16(header, field);
  extensions_.push_back({kFragmentHeader, header});
  return *this;
}
Packet& Packet::fragment_id(std::uint32_t id) {
  fragment_id_ = id;
  return *this;
}
Packet& Packet::without_udp_header() {
  has_header_ = false;
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
Packet& Packet::claim_doff(std::uint8_t words) {
  doff_ = words;
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

Frame Packet::udp_header() const {
  Frame header;
  put16(header, source_port_);
  put16(header, target_port_);
  put16(header, udp_length_.value_or(8 + payload_.size()));
  put16(header, 0);
  return header;
}

Frame Packet::tcp_header() const {
  Frame header;
  put16(header, source_port_);
  put16(header, target_port_);
  put32(header, sent_);
  put32(header, acknowledged_);
  header.push_back(static_cast<std::uint8_t>(doff_.value_or(5) << 4));
  header.push_back(tcp_flags_);
  put16(header, 0xffff);  // window
  put16(header, 0);
  put16(header, 0);
  return header;
}

Frame Packet::datagram() const {
  if (!has_header_) return {payload_.begin(), payload_.end()};
  Frame frame = is_tcp_ ? tcp_header() : udp_header();
  const std::size_t checksum_at = is_tcp_ ? 16 : 6;
  put(frame, payload_);
  Frame covered = source_;  // RFC 9293 3.1 and RFC 8200 8.1, whose zeros add nothing
  put(covered, target_);
  put16(covered, protocol_);
  put16(covered, frame.size());
  put(covered, frame);
  const std::uint16_t sum = checksum(covered);
  set16(frame, checksum_at, sum == 0 ? 0xffff : sum);
  return frame;
}

Frame Packet::ipv4(const Frame& inner) const {
  const std::size_t header = 20 + options_;
  Frame frame;
  frame.push_back(static_cast<std::uint8_t>(version_.value_or(4) << 4 |
                                            ihl_.value_or(static_cast<std::uint8_t>(header / 4))));
  frame.push_back(0);
  put16(frame, ip_length_.value_or(header + inner.size()));
  put16(frame, fragment_id_ & 0xffff);
  put16(frame, fragment_field_);
  frame.push_back(hop_limit_);
  frame.push_back(protocol_);
  put16(frame, 0);
  put(frame, source_);
  put(frame, target_);
  frame.insert(frame.end(), options_, 1);  // NOP
  set16(frame, 10, checksum(frame));
  put(frame, inner);
  return frame;
}

Frame Packet::ipv6(const Frame& inner) const {
  Frame chain;
  for (std::size_t i = 0; i < extensions_.size(); ++i) {
    Frame header = extensions_[i].octets;
    if (extensions_[i].type == kFragmentHeader) put32(header, fragment_id_);
    header[0] = i + 1 < extensions_.size() ? extensions_[i + 1].type : protocol_;
    put(chain, header);
  }
  Frame frame{static_cast<std::uint8_t>(version_.value_or(6) << 4), 0, 0, 0};
  put16(frame, ip_length_.value_or(chain.size() + inner.size()));
  frame.push_back(extensions_.empty() ? protocol_ : extensions_.front().type);
  frame.push_back(hop_limit_);
  put(frame, source_);
  put(frame, target_);
  put(frame, chain);
  put(frame, inner);
  return frame;
}

Frame Packet::build() const {
  Frame frame(to_mac_.begin(), to_mac_.end());
  put(frame, mac_);
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

std::vector<Frame> fragments_of(const Packet& whole, const std::vector<std::size_t>& offsets) {
  const Frame datagram = whole.datagram();
  std::vector<Frame> fragments;
  for (std::size_t i = 0; i < offsets.size(); ++i) {
    const bool more = i + 1 < offsets.size();
    const std::size_t end = more ? offsets[i + 1] : datagram.size();
    const std::string piece(datagram.begin() + static_cast<std::ptrdiff_t>(offsets[i]),
                            datagram.begin() + static_cast<std::ptrdiff_t>(end));
    fragments.push_back(
        Packet(whole).fragment(offsets[i], more).without_udp_header().payload(piece));
  }
  return fragments;
}

}  // namespace sipward::test
