// SPDX-License-Identifier: Apache-2.0
#include "sip/ip_prefix.h"

#include <charconv>

namespace sipward::sip {

namespace {

std::uint8_t bits_of(const IpAddress& ip) { return ip.is_v4() ? 32 : 128; }

bool bit(const IpAddress& ip, unsigned index) {
  return (ip.bytes()[index / 8] >> (7 - index % 8) & 1) != 0;
}

bool has_host_bits(const IpPrefix& prefix) {
  for (unsigned i = prefix.length; i < bits_of(prefix.ip); ++i) {
    if (bit(prefix.ip, i)) return true;
  }
  return false;
}

std::optional<std::uint8_t> parse_length(std::string_view text) {
  if (text.empty() || (text.size() > 1 && text.front() == '0')) return std::nullopt;
  std::uint8_t length = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), length);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return length;
}

}  // namespace

std::optional<IpPrefix> IpPrefix::parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto ip = IpAddress::parse(text.substr(0, slash));
  if (!ip) return std::nullopt;
  if (slash == std::string_view::npos) return of(*ip);
  const auto length = parse_length(text.substr(slash + 1));
  if (!length || *length > bits_of(*ip)) return std::nullopt;
  const IpPrefix prefix{.ip = *ip, .length = *length};
  return has_host_bits(prefix) ? std::nullopt : std::optional(prefix);
}

IpPrefix IpPrefix::of(const IpAddress& ip) { return {.ip = ip, .length = bits_of(ip)}; }

bool IpPrefix::contains(const IpAddress& other) const { return covers(of(other)); }

bool IpPrefix::covers(const IpPrefix& other) const {
  if (ip.is_v4() != other.ip.is_v4() || other.length < length) return false;
  for (unsigned i = 0; i < length; ++i) {
    if (bit(ip, i) != bit(other.ip, i)) return false;
  }
  return true;
}

std::string IpPrefix::text() const { return ip.text() + "/" + std::to_string(length); }

}  // namespace sipward::sip
