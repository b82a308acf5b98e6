// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "agent/ims/identity.h"
#include "agent/scscf/config.h"
#include "agent/scscf/registrar.h"
#include "agent/scscf/subscriber.h"

namespace sipward::scscf {

/// What becomes of the identity that the P-CSCF asserted by address when Digest has proved a user
/// (TS 33.203 Annex Q: the Digest-verified identity takes precedence).
enum class Precedence : std::uint8_t {
  kKeep,           ///< the asserted identity is one of the proved user's
  kRewrite,        ///< it is not: the proved user's default identity is asserted instead
  kReject,         ///< it is not, and the operator wants such a request refused
  kNotRegistered,  ///< the proved user has no registration: there is nothing to assert
};

/// `asserted`: the values of P-Asserted-Identity; all must be the user's to be kept. Membership
/// decides, not which IMPI registered them: users may share an identity.
/// `registration`: the proved user's, nullptr if he has none.
[[nodiscard]] Precedence decide_precedence(const std::vector<ims::Impu>& asserted,
                                           const Subscriber& proved,
                                           const Registration* registration,
                                           PrecedenceMismatch on_mismatch);

}  // namespace sipward::scscf
