// SPDX-License-Identifier: Apache-2.0
#include "agent/dataplane/packet_event.h"

#include <algorithm>
#include <chrono>
#include <cstring>

#include "agent/dataplane/reason_words.h"

namespace sipward::dataplane {

namespace {

/// IPv4 comes as an IPv4-mapped address: IpAddress knows it for what it is.
sip::Endpoint endpoint_of(const __u8 (&address)[16], std::uint16_t port) {
  return {.ip = sip::IpAddress::from_bytes(address).value_or(sip::IpAddress{}), .port = port};
}

ims::Anchor anchor_of(const sipward_anchor& entered) {
  ims::Anchor anchor{.slot = entered.slot,
                     .vlan = entered.vlan,
                     .inner_vlan = entered.inner_vlan,
                     .hop_limit = entered.hop_limit};
  std::ranges::copy(entered.mac, anchor.mac.begin());
  return anchor;
}

bool is_silent(std::uint32_t reason) {
  return reason == SIPWARD_REASON_BOUND || reason == SIPWARD_REASON_FLOW_SEGMENT ||
         reason == SIPWARD_REASON_FRAGMENT_ADMITTED;
}

}  // namespace

std::optional<ims::GateEvent> decode_event(std::span<const std::byte> record) {
  sipward_packet_event raw{};
  if (record.size() != sizeof(raw)) return std::nullopt;
  std::memcpy(&raw, record.data(), sizeof(raw));
  if (raw.reason >= reason_words().size() || raw.captured > sizeof(raw.frame)) return std::nullopt;
  const ReasonWords& words = reason_words()[raw.reason];
  return ims::GateEvent{
      .at = sip::Time{std::chrono::nanoseconds{static_cast<std::int64_t>(raw.at_ns)}},
      .reason = words.name,
      .verdict = words.verdict,
      .text = words.text,
      .dropped = raw.dropped != 0,
      .entered = anchor_of(raw.entered),
      .source = endpoint_of(raw.source, raw.source_port),
      .target = endpoint_of(raw.target, raw.target_port),
      .protocol = raw.proto,
      .frame_length = raw.frame_octets,
      .frame = std::string(reinterpret_cast<const char*>(raw.frame), raw.captured)};
}

void fill_event_tokens(sipward_pulse& pulse, std::uint32_t rate) {
  for (std::uint32_t reason = 0; reason < SIPWARD_REASON_COUNT; ++reason) {
    __atomic_store_n(&pulse.event_tokens[reason], is_silent(reason) ? 0 : rate, __ATOMIC_RELAXED);
  }
}

}  // namespace sipward::dataplane
