// SPDX-License-Identifier: Apache-2.0
#include "agent/scscf/registrar.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <tuple>

namespace sipward::scscf {
namespace {

bool holds(const std::vector<Contact>& contacts, const Contact& wanted) {
  return std::any_of(contacts.begin(), contacts.end(),
                     [&](const Contact& c) { return c.is_same(wanted); });
}

/// Whether `old` ends because `fresh` is registered (RFC 5626 6, TS 24.229 5.4.1.2.2 step 4A).
bool replaces(const Contact& fresh, const Contact& old) {
  if (fresh.is_same(old)) return true;
  if (fresh.outbound) return false;
  return !old.outbound || (!fresh.instance.empty() && fresh.instance == old.instance);
}

std::vector<Contact> contacts_after(const Registration* known, const Registrar::Update& update) {
  std::vector<Contact> after;
  if (known != nullptr && !update.unbind_all) after = known->contacts;
  std::erase_if(after, [&](const Contact& old) { return holds(update.unbind, old); });
  std::vector<Contact> bound = update.bind;
  for (Contact& fresh : bound) {
    const auto old = std::find_if(after.begin(), after.end(),
                                  [&](const Contact& c) { return c.is_same(fresh); });
    if (old != after.end()) fresh.route_id = old->route_id;
  }
  std::erase_if(after, [&](const Contact& old) {
    return std::any_of(bound.begin(), bound.end(),
                       [&](const Contact& fresh) { return replaces(fresh, old); });
  });
  std::move(bound.begin(), bound.end(), std::back_inserter(after));
  return after;
}

sip::Time first_expiry(const Registration& registration) {
  return std::min_element(registration.contacts.begin(), registration.contacts.end(),
                          [](const auto& a, const auto& b) { return a.expires < b.expires; })
      ->expires;
}

}  // namespace

bool Contact::is_same(const Contact& other) const {
  if (outbound != other.outbound) return false;
  if (outbound) return instance == other.instance && reg_id == other.reg_id;
  return sip::equivalent(contact.uri, other.contact.uri);
}

const SubscriberIdentity* Registration::find(const ims::Impu& impu) const {
  const auto it = std::find_if(identities.begin(), identities.end(),
                               [&](const auto& i) { return i.impu == impu; });
  return it == identities.end() ? nullptr : &*it;
}

const SubscriberIdentity* Registration::default_identity() const {
  const SubscriberIdentity* first = nullptr;
  for (const SubscriberIdentity& identity : identities) {
    if (identity.barred) continue;
    if (identity.is_default) return &identity;
    if (first == nullptr) first = &identity;
  }
  return first;
}

Registrar::Change Registrar::check(const Registration* known, const Update& update) const {
  if (known != nullptr) {
    for (const Contact& contact : known->contacts) {
      const bool touched =
          update.unbind_all || holds(update.unbind, contact) || holds(update.bind, contact);
      if (touched && contact.call_id == update.call_id && update.cseq <= contact.cseq) {
        return Change::kOutOfOrder;
      }
    }
  }
  for (const Contact& gone : update.unbind) {
    if (known == nullptr || !holds(known->contacts, gone)) return Change::kUnknownContact;
  }
  if (update.unbind_all && known == nullptr) return Change::kUnknownContact;
  return Change::kDone;
}

Registrar::Change Registrar::apply(Update update) {
  const Key key{update.impi, update.set};
  const Registration* known = find(update.impi, update.set);
  if (const Change refused = check(known, update); refused != Change::kDone) return refused;

  std::vector<Contact> contacts = contacts_after(known, update);
  if (contacts.size() > limits_.contacts) return Change::kTooManyContacts;
  if (known == nullptr && !contacts.empty() && registrations_.size() >= limits_.registrations) {
    return Change::kFull;
  }
  if (known != nullptr) erase(key);
  if (!contacts.empty()) {
    store(key, {.impi = std::move(update.impi),
                .set = update.set,
                .identities = std::move(update.identities),
                .contacts = std::move(contacts)});
  }
  return Change::kDone;
}

const Registration* Registrar::find(const ims::Impi& impi, int set) const {
  const auto it = registrations_.find({impi, set});
  return it == registrations_.end() ? nullptr : &it->second;
}

const Registration* Registrar::find(const ims::Impi& impi) const {
  const auto it = registrations_.lower_bound({impi, std::numeric_limits<int>::min()});
  return it == registrations_.end() || it->first.first != impi ? nullptr : &it->second;
}

std::vector<const Registration*> Registrar::with(const ims::Impu& impu) const {
  std::vector<const Registration*> found;
  const auto [first, last] = by_impu_.equal_range(impu);
  for (auto it = first; it != last; ++it) found.push_back(&registrations_.at(it->second));
  // The hash table's order is nobody's business: by IMPI.
  std::sort(found.begin(), found.end(), [](const auto* a, const auto* b) {
    return std::tie(a->impi, a->set) < std::tie(b->impi, b->set);
  });
  return found;
}

std::size_t Registrar::expire(sip::Time now) {
  std::size_t count = 0;
  while (!by_expiry_.empty() && by_expiry_.begin()->first <= now) {
    const Key key = by_expiry_.begin()->second;
    Registration left = registrations_.at(key);
    erase(key);
    count += std::erase_if(left.contacts, [&](const Contact& c) { return c.expires <= now; });
    if (!left.contacts.empty()) store(key, std::move(left));
  }
  return count;
}

std::optional<sip::Time> Registrar::deadline() const {
  if (by_expiry_.empty()) return std::nullopt;
  return by_expiry_.begin()->first;
}

void Registrar::store(const Key& key, Registration registration) {
  by_expiry_.insert({first_expiry(registration), key});
  for (const SubscriberIdentity& identity : registration.identities) {
    by_impu_.emplace(identity.impu, key);
  }
  registrations_.emplace(key, std::move(registration));
}

void Registrar::erase(const Key& key) {
  const auto it = registrations_.find(key);
  by_expiry_.erase({first_expiry(it->second), key});
  for (const SubscriberIdentity& identity : it->second.identities) {
    const auto [first, last] = by_impu_.equal_range(identity.impu);
    const auto row = std::find_if(first, last, [&](const auto& r) { return r.second == key; });
    if (row != last) by_impu_.erase(row);
  }
  registrations_.erase(it);
}

}  // namespace sipward::scscf
