// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sipward::test {

using Frame = std::vector<std::uint8_t>;
using Mac = std::array<std::uint8_t, 6>;

/// Where frames come from and go to, unless they say otherwise.
inline constexpr Mac kUeMac{0x02, 0, 0, 0, 0, 0x20};
inline constexpr Mac kGateMac{0x02, 0, 0, 0, 0, 0x10};
inline constexpr std::uint8_t kHopLimit = 64;

// TCP flags, RFC 9293 3.1.
inline constexpr std::uint8_t kFin = 0x01;
inline constexpr std::uint8_t kSyn = 0x02;
inline constexpr std::uint8_t kRst = 0x04;
inline constexpr std::uint8_t kPsh = 0x08;
inline constexpr std::uint8_t kAck = 0x10;
inline constexpr std::uint8_t kUrg = 0x20;

/// Builds an Ethernet frame with a UDP datagram or a TCP segment, outside in, and lets every field
/// be wrong:
///
///   Packet().vlan(7).ip("203.0.113.7", "198.51.100.10").udp(40001, 5060).payload("REGISTER ")
///
/// Lengths are right unless a `claim_` says otherwise, checksums are those of the octets there are.
class Packet {
 public:
  Packet& mac(const Mac& source);
  Packet& to_mac(const Mac& target);
  /// 802.1Q; the outer one of several is 802.1ad.
  Packet& vlan(std::uint16_t id);
  Packet& ethertype(std::uint16_t type);
  /// The family is that of the addresses.
  Packet& ip(std::string_view source, std::string_view target);
  Packet& hop_limit(std::uint8_t hops);  ///< TTL in IPv4
  Packet& protocol(std::uint8_t number);
  Packet& udp(std::uint16_t source, std::uint16_t target);
  Packet& tcp(std::uint16_t source, std::uint16_t target, std::uint8_t flags);
  Packet& sequence(std::uint32_t sent, std::uint32_t acknowledged);  ///< TCP's numbers
  Packet& payload(std::string_view text);

  Packet& ipv4_options(std::size_t octets);  ///< a multiple of four
  Packet& extension(std::uint8_t type, std::size_t octets = 8);
  /// Offset in octets. IPv6: a fragment header is put after the extensions given so far.
  Packet& fragment(std::size_t offset, bool more);
  Packet& fragment_id(std::uint32_t id);  ///< 16 bits in IPv4
  Packet& without_udp_header();           ///< nor TCP's: the IP payload is the payload alone

  Packet& claim_version(std::uint8_t version);
  Packet& claim_ihl(std::uint8_t words);
  Packet& claim_ip_length(std::size_t octets);  ///< total length, payload length in IPv6
  Packet& claim_udp_length(std::size_t octets);
  Packet& claim_doff(std::uint8_t words);
  Packet& pad(std::size_t octets);       ///< Ethernet padding behind the IP packet
  Packet& truncate(std::size_t octets);  ///< the frame ends here

  [[nodiscard]] Frame build() const;
  operator Frame() const { return build(); }  // NOLINT: a packet stands where a frame is wanted
  /// What IP carries: the transport header and the payload.
  [[nodiscard]] Frame datagram() const;

 private:
  struct Extension {
    std::uint8_t type;
    Frame octets;  ///< the first one is set when the next header is known
  };
  [[nodiscard]] Frame udp_header() const;
  [[nodiscard]] Frame tcp_header() const;
  [[nodiscard]] Frame ipv4(const Frame& inner) const;
  [[nodiscard]] Frame ipv6(const Frame& inner) const;

  Mac mac_ = kUeMac;
  Mac to_mac_ = kGateMac;
  std::vector<std::uint16_t> vlans_;
  std::optional<std::uint16_t> ethertype_;
  bool v6_ = false;
  Frame source_;
  Frame target_;
  std::uint8_t hop_limit_ = kHopLimit;
  std::uint8_t protocol_ = 17;
  std::uint16_t source_port_ = 0;
  std::uint16_t target_port_ = 0;
  bool is_tcp_ = false;
  std::uint8_t tcp_flags_ = 0;
  std::uint32_t sent_ = 1;
  std::uint32_t acknowledged_ = 0;
  std::string payload_;
  std::size_t options_ = 0;
  std::vector<Extension> extensions_;
  std::uint16_t fragment_field_ = 0;
  std::uint32_t fragment_id_ = 0x12345678;
  bool has_header_ = true;
  std::optional<std::uint8_t> version_;
  std::optional<std::uint8_t> ihl_;
  std::optional<std::size_t> ip_length_;
  std::optional<std::size_t> udp_length_;
  std::optional<std::uint8_t> doff_;
  std::size_t padding_ = 0;
  std::optional<std::size_t> truncated_;
};

/// The packet's datagram in fragments that begin at these offsets, multiples of eight, in order.
[[nodiscard]] std::vector<Frame> fragments_of(const Packet& whole,
                                              const std::vector<std::size_t>& offsets);

}  // namespace sipward::test
