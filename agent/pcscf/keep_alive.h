// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "sip/message.h"

namespace sipward::pcscf {

/// A longer interval than a day is no keep-alive: it is taken for a day.
inline constexpr std::uint32_t kLongestKeepAlive = 86'400;

/// What is known of a registration when its keep-alives are settled.
struct KeepAliveTerms {
  bool offered = false;    ///< the UE's Via has `keep` without a value (RFC 6223 4.3)
  bool outbound = false;   ///< the 200 OK requires it: Flow-Timer is understood (RFC 5626 4.4)
  std::uint32_t wish = 0;  ///< our own, in seconds; 0: none
};

/// Whether the entity that is adjacent to us offers keep-alives.
[[nodiscard]] bool offers_keep_alive(const sip::Message& request);

/// The seconds between keep-alives that the 2xx to a REGISTER settles, 0 for none. A Flow-Timer of
/// the registrar counts before our own wish.
[[nodiscard]] std::uint32_t decide_keep_alive(const sip::Message& response,
                                              const KeepAliveTerms& terms);

/// Tells the UE: the value of `keep` in its Via (RFC 6223 4.4), and with outbound Flow-Timer. Both
/// say the same.
void write_keep_alive(sip::Message& response, const KeepAliveTerms& terms, std::uint32_t seconds);

}  // namespace sipward::pcscf
