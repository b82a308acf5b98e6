// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "agent/pcscf/binding_table.h"
#include "agent/pcscf/registrant.h"
#include "sip/message.h"
#include "sip/time.h"

namespace sipward::pcscf {

/// What a 2xx to a REGISTER grants (TS 24.229 5.2.2.1).
struct Grant {
  /// Of the contact that the REGISTER named; zero: it is not registered (any more).
  std::chrono::seconds lifetime{0};
  sip::NameAddr contact;  ///< that contact, as requested
  bool outbound = false;  ///< Require: outbound
  /// All contacts of the public identity that are registered now (RFC 3261 10.3 step 8).
  std::vector<sip::NameAddr> contacts;
  /// P-Associated-URI in its order, at most `max_identities`. A registrar without this header
  /// registered the To and nothing else (RFC 7315 5.1).
  std::vector<RegisteredIdentity> identities;
  std::vector<sip::NameAddr> service_route;
};

[[nodiscard]] Grant read_grant(const sip::Message& response, const Registrant& registrant,
                               std::size_t max_identities);

}  // namespace sipward::pcscf
