// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/scscf/subscriber.h"
#include "agent/store/error.h"

/// The invariants of a subscriber, without a database.
namespace sipward::store {

/// kInvalid with the first rule that does not hold; nullopt if all do.
[[nodiscard]] Outcome check_subscriber(const scscf::Subscriber& subscriber);

[[nodiscard]] bool has_default(const scscf::Subscriber& subscriber, int set);
[[nodiscard]] scscf::SubscriberIdentity* find_identity(scscf::Subscriber& subscriber,
                                                       const ims::Impu& impu);

}  // namespace sipward::store
