// SPDX-License-Identifier: Apache-2.0
#include "sip/flow.h"

#include <array>

#include "sip/grammar.h"
#include "sip/keyed_hash.h"

namespace sipward::sip {
namespace {

constexpr std::array<std::string_view, 4> kNames = {"udp", "tcp", "tls", "internal"};

}  // namespace

std::string_view transport_name(Transport transport) {
  return kNames[static_cast<std::size_t>(transport)];
}

std::optional<Transport> parse_transport(std::string_view text) {
  for (std::size_t i = 0; i + 1 < kNames.size(); ++i) {  // kInternal is never on a wire
    if (iequals(text, kNames[i])) return static_cast<Transport>(i);
  }
  return std::nullopt;
}

std::string Flow::text() const {
  return std::string(transport_name(transport)) + "/" + remote.text();
}

}  // namespace sipward::sip

std::size_t std::hash<sipward::sip::Flow>::operator()(
    const sipward::sip::Flow& flow) const noexcept {
  const std::array<std::uint64_t, 4> parts = {
      static_cast<std::uint64_t>(flow.transport), std::hash<sipward::sip::Endpoint>{}(flow.local),
      std::hash<sipward::sip::Endpoint>{}(flow.remote), flow.connection};
  return sipward::sip::keyed_hash({reinterpret_cast<const char*>(parts.data()), sizeof parts});
}
