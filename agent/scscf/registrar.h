// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "agent/ims/identity.h"
#include "agent/scscf/subscriber.h"
#include "sip/name_addr.h"
#include "sip/time.h"

namespace sipward::scscf {

/// Where a registered user can be reached (RFC 3261 10.3, RFC 5626 6).
struct Contact {
  sip::NameAddr contact;           ///< as registered
  std::vector<sip::NameAddr> path; ///< of the REGISTER, in order
  std::string instance;
  std::uint32_t reg_id = 0;
  bool outbound = false;
  std::string call_id;
  std::uint32_t cseq = 0;
  sip::Time expires;
};

/// One implicit registration set of one user, registered.
struct Registration {
  ims::Impi impi;
  int set = 0;
  /// The set as it stood when it was registered.
  std::vector<SubscriberIdentity> identities;
  std::vector<Contact> contacts;
};

}  // namespace sipward::scscf
