// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

#include "agent/ops/config.h"

namespace sipward::ops {

template <std::size_t N>
using Words = std::array<std::string_view, N>;

/// The words of the file for an enumeration's values, in the order of config.h.
template <class E>
inline constexpr Words<0> kWords{};

template <>
inline constexpr Words<2> kWords<GateConfig::Mode>{"monitor", "enforce"};
template <>
inline constexpr Words<3> kWords<GateConfig::TagCarrier>{"auto", "tcx", "clsact"};
template <>
inline constexpr Words<3> kWords<GateConfig::Fragments>{"source", "track", "drop"};
template <>
inline constexpr Words<2> kWords<GateConfig::Suspect>{"refuse", "tag"};
template <>
inline constexpr Words<3> kWords<InterfacePolicy::FailMode>{"closed", "hold", "open"};
template <>
inline constexpr Words<3> kWords<InterfacePolicy::ReversePath>{"off", "loose", "strict"};
template <>
inline constexpr Words<4> kWords<InterfacePolicy::AnchorField>{"interface", "vlan", "mac",
                                                               "hop_limit"};
template <>
inline constexpr Words<3> kWords<PcscfConfig::IpCheck>{"ip", "ip_port", "auto"};
template <>
inline constexpr Words<3> kWords<PcscfConfig::NatWithoutOutbound>{"421", "403", "accept"};
template <>
inline constexpr Words<3> kWords<PcscfConfig::OnSharedIp>{"alarm", "refuse", "portbind"};
template <>
inline constexpr Words<2> kWords<PcscfConfig::UnboundAction>{"discard", "403"};
template <>
inline constexpr Words<2> kWords<PcscfConfig::RouteMismatch>{"replace", "reject"};
template <>
inline constexpr Words<4> kWords<ScscfConfig::ProxyAuth>{"never", "if_present", "initial",
                                                         "always"};
template <>
inline constexpr Words<2> kWords<ScscfConfig::PrecedenceMismatch>{"rewrite", "reject"};
template <>
inline constexpr Words<5> kWords<LogLevel>{"debug", "info", "notice", "warning", "error"};

template <class E>
[[nodiscard]] std::string_view word_of(E value) {
  return kWords<E>.at(static_cast<std::size_t>(value));
}

template <class E>
[[nodiscard]] std::optional<E> parse_word(std::string_view text) {
  const auto found = std::ranges::find(kWords<E>, text);
  if (found == kWords<E>.end()) return std::nullopt;
  return static_cast<E>(found - kWords<E>.begin());
}

}  // namespace sipward::ops
