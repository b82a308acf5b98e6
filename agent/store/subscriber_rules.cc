// SPDX-License-Identifier: Apache-2.0
#include "agent/store/subscriber_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "agent/store/subscriber_store.h"
#include "agent/store/subscriber_text.h"

namespace sipward::store {
namespace {

using scscf::Subscriber;
using scscf::SubscriberIdentity;

Failure invalid(std::string text) {
  return {.code = Failure::Code::kInvalid, .text = std::move(text)};
}

std::size_t hex_length(sip::DigestAlgorithm algorithm) {
  return algorithm == sip::DigestAlgorithm::kMd5 ? 32 : 64;
}

Outcome check_secrets(const Subscriber& subscriber) {
  if (subscriber.ha1.empty()) return invalid("a subscriber needs a password");
  for (const auto& [algorithm, ha1] : subscriber.ha1) {
    const bool hex = ha1.find_first_not_of("0123456789abcdef") == std::string::npos;
    if (!hex || ha1.size() != hex_length(algorithm)) {
      return invalid(fmt::format("H(A1) for {} is not {} lower-case hex digits",
                                 sip::algorithm_name(algorithm), hex_length(algorithm)));
    }
  }
  return std::nullopt;
}

Outcome check_identity(const SubscriberIdentity& identity) {
  if (identity.name.text().size() > kMaxIdentityLength) {
    return invalid(fmt::format("an identity is longer than {} octets", kMaxIdentityLength));
  }
  if (identity.is_default && identity.barred) {
    return invalid(
        fmt::format("{} is the default of its set: make another one the default before "
                    "it is barred",
                    identity.impu.text()));
  }
  return std::nullopt;
}

/// What one set has.
struct Members {
  int defaults = 0;
  int usable = 0;
};

Outcome check_sets(const Subscriber& subscriber) {
  std::map<int, Members> sets;
  for (const SubscriberIdentity& identity : subscriber.identities) {
    Members& members = sets[identity.set];
    if (identity.is_default) ++members.defaults;
    if (!identity.barred) ++members.usable;
  }
  for (const auto& [set, members] : sets) {
    if (members.defaults > 1 || (members.defaults == 0 && members.usable > 0)) {
      return invalid(fmt::format("set {} needs exactly one default identity, it has {}", set,
                                 members.defaults));
    }
  }
  return std::nullopt;
}

Outcome check_identities(const Subscriber& subscriber) {
  if (subscriber.identities.empty()) return invalid("a subscriber needs an identity");
  if (subscriber.identities.size() > kMaxIdentities) {
    return invalid(fmt::format("a subscriber has at most {} identities", kMaxIdentities));
  }
  std::set<ims::Impu> seen;
  for (const SubscriberIdentity& identity : subscriber.identities) {
    if (Outcome refused = check_identity(identity)) return refused;
    if (!seen.insert(identity.impu).second) {
      return invalid(fmt::format("{} is given twice", identity.impu.text()));
    }
  }
  return check_sets(subscriber);
}

}  // namespace

Outcome check_subscriber(const Subscriber& subscriber) {
  if (const auto impi = parse_impi(subscriber.impi.text); !impi) return impi.error();
  if (subscriber.realm.empty()) return invalid("a subscriber needs a realm");
  if (Outcome refused = check_secrets(subscriber)) return refused;
  return check_identities(subscriber);
}

bool has_default(const Subscriber& subscriber, int set) {
  return std::any_of(subscriber.identities.begin(), subscriber.identities.end(),
                     [&](const auto& i) { return i.set == set && i.is_default; });
}

SubscriberIdentity* find_identity(Subscriber& subscriber, const ims::Impu& impu) {
  const auto it = std::find_if(subscriber.identities.begin(), subscriber.identities.end(),
                               [&](const auto& i) { return i.impu == impu; });
  return it == subscriber.identities.end() ? nullptr : &*it;
}

}  // namespace sipward::store
