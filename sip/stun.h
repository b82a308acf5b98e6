// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sip/ip_address.h"

namespace sipward::sip {

/// Whether a datagram is STUN and not SIP: two zero bits and the magic cookie (RFC 8489 5).
[[nodiscard]] bool is_stun(std::string_view datagram);

/// The Binding success response with XOR-MAPPED-ADDRESS to a well-formed Binding request (RFC 5626
/// 4.4.2, RFC 8489 7.3.1); nullopt for anything else, which is dropped. A request with an unknown
/// comprehension-required attribute is answered with error 420.
[[nodiscard]] std::optional<std::string> answer_stun(std::string_view datagram,
                                                     const Endpoint& source);

}  // namespace sipward::sip
