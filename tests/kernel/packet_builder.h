// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sipward::test {

using Frame = std::vector<std::uint8_t>;

/// Builds an Ethernet frame with a UDP datagram, outside in, and lets every field be wrong:
///
///   Packet().vlan(7).ip("203.0.113.7", "198.51.100.10").udp(40001, 5060).payload("REGISTER ")
///
/// Lengths are right unless a `claim_` says otherwise. Checksums are left zero: the gate does not
/// look at them.
class Packet {
 public:
  /// 802.1Q; the outer one of several is 802.1ad.
  Packet& vlan(std::uint16_t id);
  Packet& ethertype(std::uint16_t type);
  /// The family is that of the addresses.
  Packet& ip(std::string_view source, std::string_view target);
  Packet& protocol(std::uint8_t number);
  Packet& udp(std::uint16_t source, std::uint16_t target);
  Packet& payload(std::string_view text);

  Packet& ipv4_options(std::size_t octets);  ///< a multiple of four
  Packet& extension(std::uint8_t type, std::size_t octets = 8);
  /// Offset in octets. IPv6: a fragment header is put after the extensions given so far.
  Packet& fragment(std::size_t offset, bool more);
  Packet& without_udp_header();  ///< later fragments: the IP payload is the payload alone

  Packet& claim_version(std::uint8_t version);
  Packet& claim_ihl(std::uint8_t words);
  Packet& claim_ip_length(std::size_t octets);  ///< total length, payload length in IPv6
  Packet& claim_udp_length(std::size_t octets);
  Packet& pad(std::size_t octets);       ///< Ethernet padding behind the IP packet
  Packet& truncate(std::size_t octets);  ///< the frame ends here

  [[nodiscard]] Frame build() const;
  operator Frame() const { return build(); }  // NOLINT: a packet stands where a frame is wanted

 private:
  struct Extension {
    std::uint8_t type;
    Frame octets;  ///< the first one is set when the next header is known
  };
  [[nodiscard]] Frame datagram() const;
  [[nodiscard]] Frame ipv4(const Frame& inner) const;
  [[nodiscard]] Frame ipv6(const Frame& inner) const;

  std::vector<std::uint16_t> vlans_;
  std::optional<std::uint16_t> ethertype_;
  bool v6_ = false;
  Frame source_;
  Frame target_;
  std::uint8_t protocol_ = 17;
  std::uint16_t source_port_ = 0;
  std::uint16_t target_port_ = 0;
  std::string payload_;
  std::size_t options_ = 0;
  std::vector<Extension> extensions_;
  std::uint16_t fragment_field_ = 0;
  bool has_udp_header_ = true;
  std::optional<std::uint8_t> version_;
  std::optional<std::uint8_t> ihl_;
  std::optional<std::size_t> ip_length_;
  std::optional<std::size_t> udp_length_;
  std::size_t padding_ = 0;
  std::optional<std::size_t> truncated_;
};

}  // namespace sipward::test
