// SPDX-License-Identifier: Apache-2.0
#include "sip/stun.h"

#include <array>
#include <cstdint>
#include <vector>

namespace sipward::sip {
namespace {

constexpr std::size_t kHeader = 20;
/// A keep-alive has an attribute or two. An answer is at most 24 octets longer than its request.
constexpr std::size_t kLongestRequest = 512;
constexpr std::size_t kMostAttributes = 16;
constexpr std::uint32_t kCookie = 0x2112A442;
constexpr unsigned kBindingRequest = 0x0001;
constexpr unsigned kBindingSuccess = 0x0101;
constexpr unsigned kBindingError = 0x0111;
constexpr unsigned kErrorCode = 0x0009;
constexpr unsigned kUnknownAttributes = 0x000A;
constexpr unsigned kXorMappedAddress = 0x0020;
constexpr unsigned kFirstOptional = 0x8000;

unsigned octet(std::string_view text, std::size_t at) {
  return static_cast<unsigned char>(text[at]);
}
unsigned word(std::string_view text, std::size_t at) {
  return octet(text, at) << 8 | octet(text, at + 1);
}
void append_word(std::string& out, unsigned value) {
  out += static_cast<char>(value >> 8 & 0xff);
  out += static_cast<char>(value & 0xff);
}

/// RFC 8489 14. Nothing below is understood: USERNAME, MESSAGE-INTEGRITY and their like belong to
/// mechanisms that keep-alives do not use (RFC 5626 4.4.2).
bool must_be_understood(unsigned type) { return type < kFirstOptional; }

/// nullopt when the attributes do not fit the length.
std::optional<std::vector<unsigned>> unknown_attributes(std::string_view attributes) {
  std::vector<unsigned> unknown;
  for (std::size_t n = 0; !attributes.empty(); ++n) {
    if (attributes.size() < 4 || n == kMostAttributes) return std::nullopt;
    const std::size_t length = 4 + (word(attributes, 2) + 3U) / 4 * 4;
    if (length > attributes.size()) return std::nullopt;
    if (must_be_understood(word(attributes, 0))) unknown.push_back(word(attributes, 0));
    attributes.remove_prefix(length);
  }
  return unknown;
}

std::string make_answer(unsigned type, std::string_view request, const std::string& attributes) {
  std::string out;
  append_word(out, type);
  append_word(out, static_cast<unsigned>(attributes.size()));
  out += request.substr(4, 16);  // cookie and transaction id
  return out + attributes;
}

std::string mapped_address(std::string_view request, const Endpoint& source) {
  const auto address = source.ip.bytes();
  std::string out;
  append_word(out, kXorMappedAddress);
  append_word(out, static_cast<unsigned>(4 + address.size()));
  append_word(out, source.ip.is_v4() ? 1 : 2);
  append_word(out, source.port ^ (kCookie >> 16));
  for (std::size_t i = 0; i < address.size(); ++i) {
    out += static_cast<char>(address[i] ^ octet(request, 4 + i));  // cookie, then transaction id
  }
  return out;
}

std::string unknown_error(const std::vector<unsigned>& unknown) {
  std::string out;
  append_word(out, kErrorCode);
  append_word(out, 4);
  append_word(out, 0);
  append_word(out, 4 << 8 | 20);
  append_word(out, kUnknownAttributes);
  append_word(out, static_cast<unsigned>(2 * unknown.size()));
  for (const unsigned type : unknown) append_word(out, type);
  if (unknown.size() % 2 != 0) append_word(out, 0);
  return out;
}

}  // namespace

bool is_stun(std::string_view datagram) {
  return datagram.size() >= kHeader && (octet(datagram, 0) & 0xc0) == 0 &&
         (word(datagram, 4) << 16 | word(datagram, 6)) == kCookie;
}

std::optional<std::string> answer_stun(std::string_view datagram, const Endpoint& source) {
  if (!is_stun(datagram) || datagram.size() > kLongestRequest) return std::nullopt;
  if (word(datagram, 0) != kBindingRequest) return std::nullopt;
  if (word(datagram, 2) != datagram.size() - kHeader || datagram.size() % 4 != 0) {
    return std::nullopt;
  }
  const auto unknown = unknown_attributes(datagram.substr(kHeader));
  if (!unknown) return std::nullopt;
  if (!unknown->empty()) return make_answer(kBindingError, datagram, unknown_error(*unknown));
  return make_answer(kBindingSuccess, datagram, mapped_address(datagram, source));
}

}  // namespace sipward::sip
