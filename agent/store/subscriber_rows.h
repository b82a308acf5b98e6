// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "agent/scscf/subscriber.h"
#include "agent/store/sqlite.h"

namespace sipward::store {

/// Subscribers as rows of the tables: reads and writes values, knows no rule about them.
class SubscriberRows {
 public:
  explicit SubscriberRows(Database& database);

  std::optional<scscf::Subscriber> find(const ims::Impi& impi);
  /// The first IMPI with the identity.
  std::optional<ims::Impi> first_owner(const ims::Impu& impu);
  std::vector<scscf::Subscriber> all();
  void insert(const scscf::Subscriber& subscriber);
  /// False if there was none.
  bool remove(const ims::Impi& impi);

 private:
  void read_secrets(scscf::Subscriber& subscriber);
  void read_identities(scscf::Subscriber& subscriber);

  Statement find_;
  Statement secrets_;
  Statement identities_;
  Statement owner_;
  Statement names_;
  Statement insert_;
  Statement insert_secret_;
  Statement insert_identity_;
  Statement remove_;
};

}  // namespace sipward::store
