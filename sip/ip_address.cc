// SPDX-License-Identifier: Apache-2.0
#include "sip/ip_address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cstring>

#include "sip/grammar.h"
#include "sip/keyed_hash.h"

namespace sipward::sip {
namespace {

constexpr std::array<std::uint8_t, 12> kMappedPrefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr std::size_t kLongestText = 45;

}  // namespace

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  if (text.empty() || text.size() > kLongestText) return std::nullopt;
  char buffer[kLongestText + 1] = {};
  std::memcpy(buffer, text.data(), text.size());
  if (std::strlen(buffer) != text.size()) return std::nullopt;
  std::array<std::uint8_t, 16> bytes{};
  if (inet_pton(AF_INET, buffer, bytes.data()) == 1) return from_bytes({bytes.data(), 4});
  if (inet_pton(AF_INET6, buffer, bytes.data()) == 1) return from_bytes(bytes);
  return std::nullopt;
}

std::optional<IpAddress> IpAddress::from_bytes(std::span<const std::uint8_t> bytes) {
  IpAddress out;
  if (bytes.size() == 16 && std::equal(kMappedPrefix.begin(), kMappedPrefix.end(), bytes.begin())) {
    bytes = bytes.subspan(12);
  }
  if (bytes.size() != 4 && bytes.size() != 16) return std::nullopt;
  out.v4_ = bytes.size() == 4;
  std::copy(bytes.begin(), bytes.end(), out.bytes_.begin());
  return out;
}

bool IpAddress::is_unspecified() const {
  return std::all_of(bytes_.begin(), bytes_.end(), [](std::uint8_t b) { return b == 0; });
}

std::string IpAddress::text() const {
  char buffer[INET6_ADDRSTRLEN] = {};
  inet_ntop(v4_ ? AF_INET : AF_INET6, bytes_.data(), buffer, sizeof buffer);
  return buffer;
}

std::string IpAddress::host() const { return v4_ ? text() : std::string("[").append(text()) + "]"; }

std::optional<Endpoint> Endpoint::parse(std::string_view text) {
  const auto parts = parse_host_port(text, false);
  if (!parts || !parts->port) return std::nullopt;
  const auto ip = host_address(parts->host);
  if (!ip) return std::nullopt;
  return Endpoint{.ip = *ip, .port = *parts->port};
}

std::string Endpoint::text() const { return ip.host() + ":" + std::to_string(port); }

}  // namespace sipward::sip

namespace sip = sipward::sip;

std::size_t std::hash<sip::IpAddress>::operator()(const sip::IpAddress& ip) const noexcept {
  const auto bytes = ip.bytes();
  return sip::keyed_hash({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

std::size_t std::hash<sip::Endpoint>::operator()(const sip::Endpoint& endpoint) const noexcept {
  std::array<char, 18> key{};
  const auto bytes = endpoint.ip.bytes();
  std::memcpy(key.data(), bytes.data(), bytes.size());
  std::memcpy(key.data() + bytes.size(), &endpoint.port, sizeof endpoint.port);
  return sip::keyed_hash({key.data(), bytes.size() + sizeof endpoint.port});
}
