// SPDX-License-Identifier: Apache-2.0
#include "agent/ops/frame_payload.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace sipward::ops {
namespace {

constexpr std::size_t kEthernet = 12;  // two addresses; the type follows
constexpr int kMaxTags = 2;
constexpr int kMaxExtensions = 8;

constexpr std::uint32_t kIpv4 = 0x0800;
constexpr std::uint32_t kIpv6 = 0x86dd;
constexpr std::uint32_t kVlan = 0x8100;
constexpr std::uint32_t kServiceVlan = 0x88a8;

constexpr std::uint32_t kHopByHop = 0;
constexpr std::uint32_t kTcp = 6;
constexpr std::uint32_t kUdp = 17;
constexpr std::uint32_t kRouting = 43;
constexpr std::uint32_t kFragment = 44;
constexpr std::uint32_t kDestinationOptions = 60;

/// 0 where nothing was captured.
std::uint32_t octet(std::string_view text, std::size_t at) {
  return at < text.size() ? static_cast<unsigned char>(text[at]) : 0;
}

std::uint32_t word(std::string_view text, std::size_t at) {
  return octet(text, at) << 8 | octet(text, at + 1);
}

std::string_view behind(std::string_view text, std::size_t count) {
  return text.substr(std::min(count, text.size()));
}

/// The length of an IPv4 or TCP header from its count of words.
std::size_t header_length(std::uint32_t words) {
  constexpr std::uint32_t kLeast = 5;
  return std::max(words, kLeast) * 4;
}

std::string_view payload_of(std::uint32_t protocol, std::string_view segment) {
  if (protocol == kUdp) {
    const std::size_t length = std::max<std::size_t>(word(segment, 4), 8);  // past it: padding
    return behind(segment.substr(0, length), 8);
  }
  if (protocol == kTcp) return behind(segment, header_length(octet(segment, 12) >> 4));
  return {};
}

std::string_view payload_of_ipv4(std::string_view packet) {
  const std::size_t length = word(packet, 2);
  const bool later_fragment = (word(packet, 6) & 0x1fff) != 0;
  if (later_fragment) return {};
  return payload_of(octet(packet, 9),
                    behind(packet.substr(0, length), header_length(octet(packet, 0) & 0xf)));
}

std::string_view payload_of_ipv6(std::string_view packet) {
  std::uint32_t next = octet(packet, 6);
  std::string_view rest = behind(packet.substr(0, 40 + word(packet, 4)), 40);
  for (int i = 0; i < kMaxExtensions; ++i) {
    const bool skipped = next == kHopByHop || next == kRouting || next == kDestinationOptions;
    if (next == kFragment && (word(rest, 2) & 0xfff8) != 0) return {};
    if (!skipped && next != kFragment) break;
    const std::size_t length = next == kFragment ? 8 : (octet(rest, 1) + 1) * 8;
    next = octet(rest, 0);
    rest = behind(rest, length);
  }
  return payload_of(next, rest);
}

}  // namespace

std::string_view find_payload(std::string_view frame) {
  std::string_view rest = behind(frame, kEthernet);
  for (int tags = 0; tags < kMaxTags; ++tags) {
    if (word(rest, 0) == kVlan || word(rest, 0) == kServiceVlan) rest = behind(rest, 4);
  }
  const std::uint32_t type = word(rest, 0);
  if (type == kIpv4) return payload_of_ipv4(behind(rest, 2));
  if (type == kIpv6) return payload_of_ipv6(behind(rest, 2));
  return {};
}

}  // namespace sipward::ops
