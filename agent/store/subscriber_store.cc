// SPDX-License-Identifier: Apache-2.0
#include "agent/store/subscriber_store.h"

#include <fmt/format.h>

#include <filesystem>
#include <utility>

#include "agent/store/schema.h"
#include "agent/store/sqlite.h"
#include "agent/store/subscriber_rows.h"
#include "agent/store/subscriber_rules.h"
#include "agent/store/subscriber_text.h"

namespace sipward::store {
namespace {

using scscf::Subscriber;
using scscf::SubscriberIdentity;

Failure unavailable(const SqliteError& error) {
  return {.code = Failure::Code::kUnavailable,
          .text = fmt::format("subscriber store: {}", error.what())};
}

Failure no_subscriber(const ims::Impi& impi) {
  return {.code = Failure::Code::kNotFound, .text = fmt::format("no subscriber {}", impi.text)};
}

Failure no_identity(const ims::Impi& impi, const ims::Impu& impu) {
  return {.code = Failure::Code::kNotFound,
          .text = fmt::format("{} has no identity {}", impi.text, impu.text())};
}

Database open_prepared(const std::string& path) {
  Database database(path);
  prepare_schema(database, path);
  return database;
}

}  // namespace

const std::vector<sip::DigestAlgorithm>& default_algorithms() {
  static const std::vector<sip::DigestAlgorithm> algorithms(scscf::kDefaultAlgorithms.begin(),
                                                            scscf::kDefaultAlgorithms.end());
  return algorithms;
}

class SubscriberStore::Impl {
 public:
  explicit Impl(std::string path)
      : path_(std::move(path)), database_(open_prepared(path_)), rows_(database_) {}

  /// Changes a subscriber as a whole: reads him, lets `edit` change the value, and writes it back
  /// if the invariants hold. One transaction.
  template <class Edit>
  Outcome change(const ims::Impi& impi, Edit edit) try {
    Transaction transaction(database_, Transaction::Kind::kWrite);
    auto subscriber = rows_.find(impi);
    if (!subscriber) return no_subscriber(impi);
    if (Outcome refused = edit(*subscriber)) return refused;
    if (Outcome refused = check_subscriber(*subscriber)) return refused;
    rows_.remove(impi);
    rows_.insert(*subscriber);
    transaction.commit();
    return std::nullopt;
  } catch (const SqliteError& error) {
    return unavailable(error);
  }

  std::string path_;
  Database database_;
  SubscriberRows rows_;
};

SubscriberStore::SubscriberStore(std::string path, Open how) {
  if (how == Open::kCreate) make_file(path);
  if (!std::filesystem::exists(path)) {
    throw Error(
        fmt::format("subscriber store {}: there is no such file; `sipwardctl subscriber "
                    "add` makes it",
                    path));
  }
  try {
    impl_ = std::make_unique<Impl>(path);
  } catch (const SqliteError& error) {
    throw Error(fmt::format("subscriber store {}: {}", path, error.what()));
  }
}
SubscriberStore::~SubscriberStore() = default;
SubscriberStore::SubscriberStore(SubscriberStore&&) noexcept = default;
SubscriberStore& SubscriberStore::operator=(SubscriberStore&&) noexcept = default;

const std::string& SubscriberStore::path() const { return impl_->path_; }

sip::Result<Subscriber, Failure> SubscriberStore::find(const ims::Impi& impi) const try {
  const Transaction one_state(impl_->database_, Transaction::Kind::kRead);
  auto found = impl_->rows_.find(impi);
  if (!found) return no_subscriber(impi);
  return std::move(*found);
} catch (const SqliteError& error) {
  return unavailable(error);
}

sip::Result<Subscriber, Failure> SubscriberStore::find(const ims::Impu& impu) const try {
  const Transaction one_state(impl_->database_, Transaction::Kind::kRead);
  const auto owner = impl_->rows_.first_owner(impu);
  auto found = owner ? impl_->rows_.find(*owner) : std::nullopt;
  if (!found) {
    return Failure{.code = Failure::Code::kNotFound,
                   .text = fmt::format("nobody has the identity {}", impu.text())};
  }
  return std::move(*found);
} catch (const SqliteError& error) {
  return unavailable(error);
}

sip::Result<std::vector<Subscriber>, Failure> SubscriberStore::list() const try {
  const Transaction one_state(impl_->database_, Transaction::Kind::kRead);
  return impl_->rows_.all();
} catch (const SqliteError& error) {
  return unavailable(error);
}

Outcome SubscriberStore::add(const Subscriber& subscriber) try {
  if (Outcome refused = check_subscriber(subscriber)) return refused;
  Transaction transaction(impl_->database_, Transaction::Kind::kWrite);
  if (impl_->rows_.find(subscriber.impi)) {
    return Failure{.code = Failure::Code::kExists,
                   .text = fmt::format("there is a subscriber {} already", subscriber.impi.text)};
  }
  impl_->rows_.insert(subscriber);
  transaction.commit();
  return std::nullopt;
} catch (const SqliteError& error) {
  return unavailable(error);
}

Outcome SubscriberStore::remove(const ims::Impi& impi) try {
  if (impl_->rows_.remove(impi)) return std::nullopt;
  return no_subscriber(impi);
} catch (const SqliteError& error) {
  return unavailable(error);
}

Outcome SubscriberStore::set_password(const ims::Impi& impi, std::string_view password,
                                      const std::vector<sip::DigestAlgorithm>& algorithms) {
  if (Outcome refused = check_password(password)) return refused;
  return impl_->change(impi, [&](Subscriber& subscriber) -> Outcome {
    subscriber.ha1 = make_ha1(impi, subscriber.realm, password, algorithms);
    return std::nullopt;
  });
}

Outcome SubscriberStore::add_identity(const ims::Impi& impi, SubscriberIdentity identity) {
  return impl_->change(impi, [&](Subscriber& subscriber) -> Outcome {
    if (subscriber.find(identity.impu) != nullptr) {
      return Failure{
          .code = Failure::Code::kExists,
          .text = fmt::format("{} has the identity {} already", impi.text, identity.impu.text())};
    }
    identity.is_default = !identity.barred && !has_default(subscriber, identity.set);
    subscriber.identities.push_back(std::move(identity));
    return std::nullopt;
  });
}

Outcome SubscriberStore::remove_identity(const ims::Impi& impi, const ims::Impu& impu) {
  return impl_->change(impi, [&](Subscriber& subscriber) -> Outcome {
    const auto gone = std::erase_if(subscriber.identities,
                                    [&](const auto& identity) { return identity.impu == impu; });
    return gone == 0 ? Outcome(no_identity(impi, impu)) : std::nullopt;
  });
}

Outcome SubscriberStore::set_barred(const ims::Impi& impi, const ims::Impu& impu, bool barred) {
  return impl_->change(impi, [&](Subscriber& subscriber) -> Outcome {
    SubscriberIdentity* identity = find_identity(subscriber, impu);
    if (identity == nullptr) return no_identity(impi, impu);
    identity->barred = barred;
    if (!barred && !has_default(subscriber, identity->set)) identity->is_default = true;
    return std::nullopt;
  });
}

Outcome SubscriberStore::set_default(const ims::Impi& impi, const ims::Impu& impu) {
  return impl_->change(impi, [&](Subscriber& subscriber) -> Outcome {
    SubscriberIdentity* chosen = find_identity(subscriber, impu);
    if (chosen == nullptr) return no_identity(impi, impu);
    for (SubscriberIdentity& identity : subscriber.identities) {
      if (identity.set == chosen->set) identity.is_default = false;
    }
    chosen->is_default = true;
    return std::nullopt;
  });
}

}  // namespace sipward::store
