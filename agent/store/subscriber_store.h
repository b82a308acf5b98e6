// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "agent/ims/identity.h"
#include "agent/scscf/subscriber.h"
#include "agent/store/error.h"
#include "sip/digest.h"
#include "sip/result.h"

namespace sipward::store {

inline constexpr std::size_t kMaxIdentities = 64;  ///< of one subscriber
inline constexpr std::size_t kMaxIdentityLength = 255;

/// The algorithms a new subscriber gets an H(A1) for: a UE picks the best it knows (RFC 8760 2.4).
[[nodiscard]] const std::vector<sip::DigestAlgorithm>& default_algorithms();

/// The subscribers of the home in one SQLite file: IMPI, H(A1) per algorithm, identities in
/// implicit registration sets. Passwords pass through and are never stored.
///
/// Several processes may have the file open (WAL); one object belongs to one thread. What is
/// written is what `find` returns at once, to every process.
///
/// Invariants: every subscriber has an H(A1) and an identity; every set has exactly one default,
/// which is not barred, unless all of the set is barred. An IMPU may belong to several subscribers.
class SubscriberStore {
 public:
  enum class Open : std::uint8_t {
    kExisting,  ///< the file must be there
    kCreate,    ///< made if it is not: mode 0640, owned by the owner of its directory
  };
  /// Throws `Error`.
  explicit SubscriberStore(std::string path, Open how = Open::kExisting);
  ~SubscriberStore();
  SubscriberStore(SubscriberStore&&) noexcept;
  SubscriberStore& operator=(SubscriberStore&&) noexcept;

  sip::Result<scscf::Subscriber, Failure> find(const ims::Impi& impi) const;
  /// The subscriber with this identity; the first by IMPI when several share it.
  sip::Result<scscf::Subscriber, Failure> find(const ims::Impu& impu) const;
  /// All, by IMPI.
  sip::Result<std::vector<scscf::Subscriber>, Failure> list() const;

  /// Adds a subscriber as he is; kInvalid if an invariant would not hold.
  [[nodiscard]] Outcome add(const scscf::Subscriber& subscriber);
  [[nodiscard]] Outcome remove(const ims::Impi& impi);
  /// Replaces every H(A1) by those of the password.
  [[nodiscard]] Outcome set_password(
      const ims::Impi& impi, std::string_view password,
      const std::vector<sip::DigestAlgorithm>& algorithms = default_algorithms());
  /// A first identity of its set becomes its default, unless it is barred.
  [[nodiscard]] Outcome add_identity(const ims::Impi& impi, scscf::SubscriberIdentity identity);
  /// A default leaves only with its set: make another one the default first.
  [[nodiscard]] Outcome remove_identity(const ims::Impi& impi, const ims::Impu& impu);
  [[nodiscard]] Outcome set_barred(const ims::Impi& impi, const ims::Impu& impu, bool barred);
  [[nodiscard]] Outcome set_default(const ims::Impi& impi, const ims::Impu& impu);

  [[nodiscard]] const std::string& path() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sipward::store
