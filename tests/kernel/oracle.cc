// SPDX-License-Identifier: Apache-2.0
#include "tests/kernel/oracle.h"

#include <algorithm>
#include <span>

namespace sipward::test {

namespace {

using Octets = std::span<const std::uint8_t>;

constexpr std::uint8_t kTcp = 6;
constexpr std::uint8_t kUdp = 17;
constexpr std::uint8_t kFragmentHeader = 44;
constexpr std::size_t kMostTags = 8;
constexpr std::size_t kAllowedTags = 2;
constexpr std::size_t kMostExtensions = 8;

std::size_t word(Octets octets, std::size_t at) { return octets[at] << 8 | octets[at + 1]; }

bool is_extension(std::uint8_t type) {
  constexpr std::uint8_t kTypes[] = {0, 43, 44, 51, 60, 135, 139, 140};
  return std::ranges::find(kTypes, type) != std::end(kTypes);
}

class Reader {
 public:
  Reader(Octets frame, const std::vector<dataplane::Listener>& listeners)
      : rest_(frame), listeners_(listeners) {}

  Reading read() {
    const auto type = read_ethernet();
    if (!type) return reading_;
    if (tags_ > kMostTags) return guarded();
    if (*type == 0x0800) return read_ipv4();
    if (*type == 0x86dd) return read_ipv6();
    return reading_;
  }

 private:
  Reading guarded() {
    reading_.guarded = true;
    return reading_;
  }
  Reading not_guarded() const { return {}; }

  std::optional<std::size_t> read_ethernet() {
    if (rest_.size() < 14) return std::nullopt;
    std::size_t type = word(rest_, 12);
    rest_ = rest_.subspan(14);
    for (; type == 0x8100 || type == 0x88a8; ++tags_) {
      if (tags_ == kMostTags) {
        ++tags_;
        return type;
      }
      if (rest_.size() < 4) return std::nullopt;
      type = word(rest_, 2);
      rest_ = rest_.subspan(4);
    }
    return type;
  }

  static std::uint8_t protocol_of(const dataplane::Listener& listener) {
    return listener.transport == sip::Transport::kUdp ? kUdp : kTcp;
  }
  /// Protocol and port, where they are known.
  bool has_listener(std::optional<std::uint8_t> protocol, std::optional<std::size_t> port) const {
    return std::ranges::any_of(listeners_, [&](const dataplane::Listener& one) {
      return one.local.ip == target_ && (!protocol || protocol_of(one) == *protocol) &&
             (!port || one.local.port == *port);
    });
  }
  bool is_listened_to(std::uint8_t protocol) const {
    if (protocol == kUdp) return true;
    return protocol == kTcp && std::ranges::any_of(listeners_, [](const auto& one) {
             return protocol_of(one) == kTcp;
           });
  }
  void read_addresses(std::size_t source_at, std::size_t octets) {
    source_ = sip::IpAddress::from_bytes(rest_.subspan(source_at, octets)).value();
    target_ = sip::IpAddress::from_bytes(rest_.subspan(source_at + octets, octets)).value();
  }

  Reading read_ipv4() {
    if (rest_.size() < 20 || rest_[0] >> 4 != 4) return not_guarded();
    const std::uint8_t protocol = rest_[9];
    read_addresses(12, 4);
    if (!is_listened_to(protocol) || !has_listener(protocol, std::nullopt)) return not_guarded();
    const std::size_t header = (rest_[0] & 15) * std::size_t{4};
    const std::size_t total = word(rest_, 2);
    const bool is_wrong = header < 20 || total < header || total > rest_.size();
    if (tags_ > kAllowedTags || is_wrong) return guarded();
    if ((word(rest_, 6) & 0x1fff) != 0) return guarded();
    return read_transport(protocol, rest_.subspan(header, total - header));
  }

  Reading read_ipv6() {
    if (rest_.size() < 40 || rest_[0] >> 4 != 6) return not_guarded();
    std::uint8_t next = rest_[6];
    const std::size_t length = word(rest_, 4);
    read_addresses(8, 16);
    if (is_extension(next) ? !has_listener(std::nullopt, std::nullopt)
                           : !is_listened_to(next) || !has_listener(next, std::nullopt)) {
      return not_guarded();
    }
    if (tags_ > kAllowedTags || length > rest_.size() - 40) return guarded();
    Octets inner = rest_.subspan(40, length);
    for (std::size_t i = 0; is_extension(next); ++i) {
      if (i == kMostExtensions) return guarded();
      const std::size_t octets = inner.size() < 8 ? 0 : extension_octets(next, inner[1]);
      if (octets == 0 || octets > inner.size()) return guarded();
      if (next == kFragmentHeader && word(inner, 2) >= 8) return read_later_fragment(inner[0]);
      next = inner[0];
      inner = inner.subspan(octets);
    }
    if (!is_listened_to(next) || !has_listener(next, std::nullopt)) return not_guarded();
    return read_transport(next, inner);
  }

  static std::size_t extension_octets(std::uint8_t type, std::uint8_t length) {
    if (type == kFragmentHeader) return 8;
    return type == 51 ? (length + 2) * std::size_t{4} : (length + 1) * std::size_t{8};
  }

  Reading read_later_fragment(std::uint8_t protocol) {
    if (is_extension(protocol)) return guarded();
    return is_listened_to(protocol) && has_listener(protocol, std::nullopt) ? guarded()
                                                                            : not_guarded();
  }

  Reading read_transport(std::uint8_t protocol, Octets inner) {
    if (inner.size() < (protocol == kUdp ? 8 : 20)) return guarded();
    const std::size_t target_port = word(inner, 2);
    if (target_port == 0 || !has_listener(protocol, target_port)) return not_guarded();
    const auto port = static_cast<std::uint16_t>(word(inner, 0));
    reading_.exact = {.ip = source_,
                      .port = port,
                      .transport = protocol == kUdp ? sip::Transport::kUdp : sip::Transport::kTcp};
    reading_.wildcard = {.ip = source_, .port = 0};
    return guarded();
  }

  Octets rest_;
  const std::vector<dataplane::Listener>& listeners_;
  std::size_t tags_ = 0;
  sip::IpAddress source_;
  sip::IpAddress target_;
  Reading reading_;
};

}  // namespace

Reading read_frame(const Frame& frame, const std::vector<dataplane::Listener>& listeners) {
  return Reader(frame, listeners).read();
}

}  // namespace sipward::test
