// SPDX-License-Identifier: Apache-2.0
#include "agent/scscf/subscriber.h"

#include <algorithm>

namespace sipward::scscf {

const SubscriberIdentity* Subscriber::find(const ims::Impu& impu) const {
  const auto it = std::find_if(identities.begin(), identities.end(),
                               [&](const auto& i) { return i.impu == impu; });
  return it == identities.end() ? nullptr : &*it;
}

std::vector<const SubscriberIdentity*> Subscriber::implicit_set(const ims::Impu& impu) const {
  std::vector<const SubscriberIdentity*> members;
  const SubscriberIdentity* named = find(impu);
  if (named == nullptr) return members;
  for (const SubscriberIdentity& identity : identities) {
    if (identity.set == named->set) members.push_back(&identity);
  }
  std::stable_partition(members.begin(), members.end(),
                        [](const auto* i) { return i->is_default; });
  return members;
}

const SubscriberIdentity* Subscriber::default_identity() const {
  const SubscriberIdentity* best = nullptr;
  for (const SubscriberIdentity& identity : identities) {
    if (!identity.is_default || identity.barred) continue;
    if (best == nullptr || identity.set < best->set) best = &identity;
  }
  return best;
}

}  // namespace sipward::scscf
