// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "agent/ims/anchor.h"
#include "sip/ip_address.h"
#include "sip/time.h"

namespace sipward::ims {

/// What the gate did with one packet, as it told it. A sample: the gate counts every packet and
/// tells of a few for each reason and second.
struct GateEvent {
  sip::Time at;
  // Words of the gate's own table: they live as long as the program.
  std::string_view reason;   ///< "unbound": name of the counter
  std::string_view verdict;  ///< "spoofed": what kind of reason it is
  std::string_view text;     ///< "refused: no row for the source"
  bool dropped = false;      ///< in monitor mode nothing is
  Anchor entered;
  sip::Endpoint source;
  sip::Endpoint target;
  std::uint8_t protocol = 0;       ///< of IP: 17 is UDP
  std::uint32_t frame_length = 0;  ///< as it was on the wire
  std::string frame;               ///< its first octets, from the Ethernet header on
};

}  // namespace sipward::ims
