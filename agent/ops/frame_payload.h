// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace sipward::ops {

/// What UDP or TCP carries in the head of an Ethernet frame, as far as it was captured: for people
/// to look at, nothing is decided by it. Knows up to two VLAN tags, IPv4 options and the usual IPv6
/// extension headers. Empty when there is none to be found, as in later fragments.
[[nodiscard]] std::string_view find_payload(std::string_view frame);

}  // namespace sipward::ops
