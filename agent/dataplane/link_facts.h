// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sipward::dataplane {

/// What rtnetlink says about one interface.
struct LinkFacts {
  std::string name;
  std::uint32_t index = 0;
  bool up = false;
  std::uint32_t mtu = 0;
  std::string kind;          ///< `vlan`, `bridge`, `bond`, `veth`; empty: a device
  std::string port_of_kind;  ///< `bond`: it is a port of one
  std::uint32_t parent = 0;  ///< of a VLAN or macvlan: the interface below; 0: there is none
  std::uint32_t master = 0;  ///< the bridge or bond it is a port of
};

/// An RTM_NEWLINK message after its netlink header.
[[nodiscard]] std::optional<LinkFacts> parse_link(std::string_view body);
/// All interfaces of this network namespace.
[[nodiscard]] std::vector<LinkFacts> read_links();

}  // namespace sipward::dataplane
