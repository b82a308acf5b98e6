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

std::optional<sipward_binding> make_value(const RowKey& key, const ims::KernelRow& row) {
  const auto expires = std::chrono::ceil<std::chrono::seconds>(row.expires.time_since_epoch());
  if (expires.count() < 0 || expires.count() > std::int64_t{SIPWARD_EXPIRES_MASK}) {
    return std::nullopt;
  }
  sipward_binding value{};
  value.binding = row.binding;
  value.epoch = row.epoch;
  value.expires_s = static_cast<std::uint64_t>(expires.count());
  value.installed_s = now_s();
  value.decision = sipward_pack(key.digest(), &value);
  return value;
}

ims::BindingKey read_key(const sipward_key4& key) { return read(key); }
ims::BindingKey read_key(const sipward_key6& key) { return read(key); }

ims::KernelRow read_row(ims::BindingKey key, const sipward_binding& value) {
  return {.key = key,
          .binding = value.binding,
          .epoch = value.epoch,
          .expires = sip::Time{std::chrono::seconds{value.expires_s}}};
}

}  // namespace sipward::dataplane
