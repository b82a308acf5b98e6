// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>

#include "agent/dataplane/descriptor.h"
#include "sip/ip_address.h"
#include "sip/result.h"

namespace sipward::dataplane {

/// Sources that the gate does not count among strangers: an IPv4 address or an IPv6 /64, until a
/// time. Hints, kept by the kernel in LRU maps: what is forgotten stands in line with everybody.
class Lanes {
 public:
  /// A challenge is answered within a transaction's life (RFC 3261 17.1.2, timer F), or not at all.
  static constexpr std::chrono::seconds kChallenged{32};

  static sip::Result<Lanes, std::string> open(const std::string& pin_path);

  /// The source was sent a 401 just now.
  void note_challenged(const sip::IpAddress& ip);
  /// Its row has ended; it was bound until now.
  void note_bound(const sip::IpAddress& ip, std::chrono::seconds remembered);

 private:
  Lanes(Descriptor challenged, Descriptor known)
      : challenged_(std::move(challenged)), known_(std::move(known)) {}

  Descriptor challenged_;
  Descriptor known_;
};

}  // namespace sipward::dataplane
