// SPDX-License-Identifier: Apache-2.0
#include "agent/scscf/precedence.h"

#include <algorithm>

namespace sipward::scscf {

Precedence decide_precedence(const std::vector<ims::Impu>& asserted, const Subscriber& proved,
                             const Registration* registration, PrecedenceMismatch on_mismatch) {
  if (registration == nullptr || registration->default_identity() == nullptr) {
    return Precedence::kNotRegistered;
  }
  const bool all_his = std::all_of(asserted.begin(), asserted.end(), [&](const ims::Impu& impu) {
    const SubscriberIdentity* identity = proved.find(impu);
    return identity != nullptr && !identity->barred;
  });
  if (all_his && !asserted.empty()) return Precedence::kKeep;
  return on_mismatch == PrecedenceMismatch::kReject ? Precedence::kReject : Precedence::kRewrite;
}

}  // namespace sipward::scscf
