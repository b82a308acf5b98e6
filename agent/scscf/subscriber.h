// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <map>
#include <string>
#include <vector>

#include "agent/ims/identity.h"
#include "sip/digest.h"
#include "sip/name_addr.h"

namespace sipward::scscf {

/// What a subscriber is provisioned with unless the operator says otherwise. A user that does not
/// exist is challenged as if he had these.
inline constexpr std::array kDefaultAlgorithms = {sip::DigestAlgorithm::kMd5,
                                                  sip::DigestAlgorithm::kSha256};

/// A public identity of a subscriber.
struct SubscriberIdentity {
  sip::NameAddr name;  ///< as provisioned: URI and display name
  ims::Impu impu;
  bool barred = false;      ///< may not be used in an originating request, never listed
  bool is_default = false;  ///< exactly one of a set, not barred
  int set = 0;              ///< its implicit registration set
};

/// What the home knows of a user (TS 33.203 N.2): never the password.
struct Subscriber {
  ims::Impi impi;
  std::string realm;
  /// H(A1) in lower-case hex for each algorithm that the subscriber can be challenged with.
  std::map<sip::DigestAlgorithm, std::string> ha1;
  std::vector<SubscriberIdentity> identities;

  [[nodiscard]] const SubscriberIdentity* find(const ims::Impu& impu) const;
  /// The identities that one registers with `impu`: its set, default first, barred ones included.
  [[nodiscard]] std::vector<const SubscriberIdentity*> implicit_set(const ims::Impu& impu) const;
  /// The default of the first set; nullptr if there is none.
  [[nodiscard]] const SubscriberIdentity* default_identity() const;
};

}  // namespace sipward::scscf
