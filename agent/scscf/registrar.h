// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "agent/ims/identity.h"
#include "agent/scscf/subscriber.h"
#include "sip/flow.h"
#include "sip/name_addr.h"
#include "sip/time.h"

namespace sipward::scscf {

/// Where a registered user can be reached (RFC 3261 10.3, RFC 5626 6).
struct Contact {
  sip::NameAddr contact;            ///< as registered, without `expires`
  std::vector<sip::NameAddr> path;  ///< of the REGISTER, in order
  sip::Flow flow;                   ///< to the P-CSCF that sent the REGISTER
  std::string instance;             ///< +sip.instance, empty if none
  std::uint32_t reg_id = 0;
  bool outbound = false;  ///< a flow of RFC 5626: instance and reg-id name it, not the URI
  std::string call_id;
  std::uint32_t cseq = 0;
  /// Tells this registration's Service-Route from others (TS 24.229 5.4.1.2.2F). Stays the same
  /// when the contact is refreshed.
  std::string route_id;
  sip::Time expires{};

  /// Whether the two are the same contact: same flow, or without RFC 5626 equivalent URIs.
  [[nodiscard]] bool is_same(const Contact& other) const;
};

/// One implicit registration set of one user, registered.
struct Registration {
  ims::Impi impi;
  int set = 0;
  /// The set as it stood when it was registered.
  std::vector<SubscriberIdentity> identities;
  std::vector<Contact> contacts;  ///< oldest first; never empty

  [[nodiscard]] const SubscriberIdentity* find(const ims::Impu& impu) const;
  /// The default, or the first that is not barred; nullptr if all are.
  [[nodiscard]] const SubscriberIdentity* default_identity() const;
};

/// Who is registered, and where. A registration exists while it has a contact. Contacts of one user
/// are not seen or touched by another, also where both have the identity.
class Registrar {
 public:
  struct Limits {
    std::size_t registrations = 1'000'000;
    std::size_t contacts = 8;  ///< of one registration
  };
  explicit Registrar(Limits limits) : limits_(limits) {}

  /// What one REGISTER asks for, granted. All or nothing.
  struct Update {
    ims::Impi impi;
    int set = 0;
    std::vector<SubscriberIdentity> identities;
    std::vector<Contact> bind;
    std::vector<Contact> unbind;  ///< compared with `is_same`
    bool unbind_all = false;      ///< Contact: *
    std::string call_id;
    std::uint32_t cseq = 0;
  };
  enum class Change : std::uint8_t {
    kDone,
    kOutOfOrder,      ///< older than what is stored (RFC 3261 10.3 step 7)
    kUnknownContact,  ///< TS 24.229 5.4.1.4
    kTooManyContacts,
    kFull,
  };
  /// A contact without RFC 5626 replaces all of the user's such contacts and the flows of its own
  /// instance (TS 24.229 5.4.1.2.2 step 4A); a flow replaces the one with its instance and reg-id.
  Change apply(Update update);

  [[nodiscard]] const Registration* find(const ims::Impi& impi, int set) const;
  /// The user's first registered set.
  [[nodiscard]] const Registration* find(const ims::Impi& impi) const;
  /// Every user's registration with this identity, barred or not.
  [[nodiscard]] std::vector<const Registration*> with(const ims::Impu& impu) const;

  /// Removes the contacts that have run out; returns how many.
  std::size_t expire(sip::Time now);
  [[nodiscard]] std::optional<sip::Time> deadline() const;

  [[nodiscard]] std::size_t size() const { return registrations_.size(); }
  /// For listing, by IMPI: pairs of a key and a Registration.
  [[nodiscard]] auto begin() const { return registrations_.begin(); }
  [[nodiscard]] auto end() const { return registrations_.end(); }

 private:
  using Key = std::pair<ims::Impi, int>;

  [[nodiscard]] Change check(const Registration* known, const Update& update) const;
  void store(const Key& key, Registration registration);
  void erase(const Key& key);

  Limits limits_;
  std::map<Key, Registration> registrations_;
  std::unordered_multimap<ims::Impu, Key> by_impu_;
  std::set<std::pair<sip::Time, Key>> by_expiry_;  ///< each by its first contact to run out
};

}  // namespace sipward::scscf
