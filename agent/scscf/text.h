// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sip/ip_address.h"

namespace sipward::scscf {

/// A host that is an address, with or without brackets around IPv6.
[[nodiscard]] std::optional<sip::IpAddress> parse_host_address(std::string_view host);

/// Sixteen lower-case hex digits.
[[nodiscard]] std::string hex(std::uint64_t value);

}  // namespace sipward::scscf
