// SPDX-License-Identifier: Apache-2.0
#include "agent/store/subscriber_rows.h"

#include <fmt/format.h>

#include <utility>

namespace sipward::store {

SubscriberRows::SubscriberRows(Database& database)
    : find_(database, "SELECT realm FROM subscribers WHERE impi = ?1"),
      secrets_(database, "SELECT algorithm, ha1 FROM secrets WHERE impi = ?1"),
      identities_(database,
                  "SELECT name, registration_set, is_default, barred FROM identities "
                  "WHERE impi = ?1 ORDER BY position"),
      owner_(database, "SELECT impi FROM identities WHERE impu = ?1 ORDER BY impi LIMIT 1"),
      names_(database, "SELECT impi FROM subscribers ORDER BY impi"),
      insert_(database, "INSERT INTO subscribers (impi, realm) VALUES (?1, ?2)"),
      insert_secret_(database, "INSERT INTO secrets (impi, algorithm, ha1) VALUES (?1, ?2, ?3)"),
      insert_identity_(database,
                       "INSERT INTO identities (impi, impu, name, registration_set, is_default, "
                       "barred, position) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"),
      remove_(database, "DELETE FROM subscribers WHERE impi = ?1") {}

std::optional<scscf::Subscriber> SubscriberRows::find(const ims::Impi& impi) {
  scscf::Subscriber subscriber;
  {
    Query query(find_);
    query->bind(1, impi.text);
    if (!query->step()) return std::nullopt;
    subscriber.impi = impi;
    subscriber.realm = query->text(0);
  }
  read_secrets(subscriber);
  read_identities(subscriber);
  return subscriber;
}

void SubscriberRows::read_secrets(scscf::Subscriber& subscriber) {
  Query query(secrets_);
  query->bind(1, subscriber.impi.text);
  while (query->step()) {
    if (const auto algorithm = sip::parse_algorithm(query->text(0))) {
      subscriber.ha1[*algorithm] = query->text(1);
    }
  }
}

void SubscriberRows::read_identities(scscf::Subscriber& subscriber) {
  Query query(identities_);
  query->bind(1, subscriber.impi.text);
  while (query->step()) {
    auto name = sip::parse_name_addr(query->text(0));
    const auto impu = name ? ims::Impu::from(name->uri) : std::nullopt;
    if (!impu) {
      throw SqliteError(SQLITE_CORRUPT, fmt::format("{} has an identity that does not parse",
                                                    subscriber.impi.text));
    }
    subscriber.identities.push_back({.name = std::move(*name),
                                     .impu = *impu,
                                     .barred = query->number(3) != 0,
                                     .is_default = query->number(2) != 0,
                                     .set = static_cast<int>(query->number(1))});
  }
}

std::optional<ims::Impi> SubscriberRows::first_owner(const ims::Impu& impu) {
  Query query(owner_);
  query->bind(1, impu.text());
  if (!query->step()) return std::nullopt;
  return ims::Impi{query->text(0)};
}

std::vector<scscf::Subscriber> SubscriberRows::all() {
  std::vector<ims::Impi> names;
  {
    Query query(names_);
    while (query->step()) names.push_back({query->text(0)});
  }
  std::vector<scscf::Subscriber> subscribers;
  subscribers.reserve(names.size());
  for (const ims::Impi& name : names) {
    if (auto subscriber = find(name)) subscribers.push_back(std::move(*subscriber));
  }
  return subscribers;
}

void SubscriberRows::insert(const scscf::Subscriber& subscriber) {
  Query row(insert_);
  row->bind(1, subscriber.impi.text).bind(2, subscriber.realm).run();
  for (const auto& [algorithm, ha1] : subscriber.ha1) {
    Query secret(insert_secret_);
    secret->bind(1, subscriber.impi.text).bind(2, sip::algorithm_name(algorithm)).bind(3, ha1);
    secret->run();
  }
  std::int64_t position = 0;
  for (const scscf::SubscriberIdentity& identity : subscriber.identities) {
    Query query(insert_identity_);
    query->bind(1, subscriber.impi.text).bind(2, identity.impu.text());
    query->bind(3, identity.name.text()).bind(4, std::int64_t{identity.set});
    query->bind(5, std::int64_t{identity.is_default}).bind(6, std::int64_t{identity.barred});
    query->bind(7, position++).run();
  }
}

bool SubscriberRows::remove(const ims::Impi& impi) {
  Query query(remove_);
  return query->bind(1, impi.text).run() > 0;
}

}  // namespace sipward::store
