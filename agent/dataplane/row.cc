// SPDX-License-Identifier: Apache-2.0
#include "agent/dataplane/row.h"

#include <netinet/in.h>

#include <algorithm>
#include <chrono>
#include <cstring>

namespace sipward::dataplane {

namespace {

std::optional<std::uint8_t> protocol_of(const ims::BindingKey& key) {
  if (key.is_wildcard()) {
    if (key.transport != sip::Transport::kUdp) return std::nullopt;
    return std::uint8_t{0};
  }
  switch (key.transport) {
    case sip::Transport::kUdp:
      return std::uint8_t{IPPROTO_UDP};
    case sip::Transport::kTcp:
    case sip::Transport::kTls:
      return std::uint8_t{IPPROTO_TCP};
    case sip::Transport::kInternal:
      return std::nullopt;
  }
  return std::nullopt;
}

template <class Key>
Key fill(const ims::BindingKey& from, std::uint8_t protocol) {
  Key key{};
  std::ranges::copy(from.ip.bytes(), key.addr);
  key.port = from.port;
  key.proto = protocol;
  return key;
}

template <class Key>
ims::BindingKey read(const Key& key) {
  return {.ip = sip::IpAddress::from_bytes(key.addr).value_or(sip::IpAddress{}),
          .port = key.port,
          .transport = key.proto == IPPROTO_TCP ? sip::Transport::kTcp : sip::Transport::kUdp};
}

std::uint64_t now_s() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(std::chrono::floor<std::chrono::seconds>(now).count());
}

}  // namespace

std::uint64_t RowKey::digest() const {
  if (is_v4) {
    std::uint32_t addr = 0;
    std::memcpy(&addr, v4.addr, sizeof(addr));
    return sipward_digest4(addr, v4.port, v4.proto);
  }
  __u64 halves[2];
  std::memcpy(halves, v6.addr, sizeof(halves));
  return sipward_digest6(halves[0], halves[1], v6.port, v6.proto);
}

std::optional<RowKey> make_key(const ims::BindingKey& key) {
  const auto protocol = protocol_of(key);
  if (!protocol) return std::nullopt;
  RowKey made;
  made.is_v4 = key.ip.is_v4();
  if (made.is_v4) {
    made.v4 = fill<sipward_key4>(key, *protocol);
  } else {
    made.v6 = fill<sipward_key6>(key, *protocol);
  }
  return made;
}

void write_address(const sip::IpAddress& ip, __u8 (&octets)[16]) {
  std::ranges::fill(octets, __u8{0});
  if (ip.is_v4()) octets[10] = octets[11] = 0xff;
  std::ranges::copy(ip.bytes(), octets + (ip.is_v4() ? 12 : 0));
}

sipward_anchor make_anchor(const ims::Anchor& anchor) {
  sipward_anchor made{};
  std::ranges::copy(anchor.mac, made.mac);
  made.slot = anchor.slot;
  made.hop_limit = anchor.hop_limit;
  made.vlan = anchor.vlan;
  made.inner_vlan = anchor.inner_vlan;
  made.noted = 1;
  return made;
}

std::optional<ims::Anchor> read_anchor(const sipward_anchor& anchor) {
  if (anchor.noted == 0) return std::nullopt;
  ims::Anchor read{.slot = anchor.slot,
                   .mac = {},
                   .vlan = anchor.vlan,
                   .inner_vlan = anchor.inner_vlan,
                   .hop_limit = anchor.hop_limit};
  std::ranges::copy(anchor.mac, read.mac.begin());
  return read;
}

std::optional<sipward_binding> make_value(const RowKey& key, const ims::KernelRow& row) {
  const auto expires = std::chrono::ceil<std::chrono::seconds>(row.expires.time_since_epoch());
  if (expires.count() < 0 || expires.count() > std::int64_t{SIPWARD_EXPIRES_MASK}) {
    return std::nullopt;
  }
  sipward_binding value{};
  if (row.anchor) value.anchor = make_anchor(*row.anchor);
  value.installed_s = now_s();
  value.last_seen_s = static_cast<std::uint32_t>(value.installed_s);
  const auto silence = std::chrono::ceil<std::chrono::seconds>(row.silence);
  value.silence_s = static_cast<std::uint32_t>(std::max<std::int64_t>(silence.count(), 0));
  value.suspect = row.suspect ? 1 : 0;
  value.binding = row.binding;
  value.epoch = row.epoch;
  value.expires_s = static_cast<std::uint64_t>(expires.count());
  value.decision = sipward_pack(key.digest(), &value);
  return value;
}

ims::BindingKey read_key(const sipward_key4& key) { return read(key); }
ims::BindingKey read_key(const sipward_key6& key) { return read(key); }

ims::KernelRow read_row(ims::BindingKey key, const sipward_binding& value) {
  return {.key = key,
          .binding = value.binding,
          .epoch = value.epoch,
          .expires = sip::Time{std::chrono::seconds{value.expires_s}},
          .anchor = read_anchor(value.anchor),
          .silence = std::chrono::seconds{value.silence_s},
          .suspect = value.suspect != 0,
          .last_seen = sip::Time{std::chrono::seconds{value.last_seen_s}}};
}

}  // namespace sipward::dataplane
