// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "agent/ims/actions.h"
#include "agent/ims/identity.h"
#include "sip/name_addr.h"
#include "sip/time.h"

namespace sipward::pcscf {

/// A public identity as the registrar spelled it, with its canonical form for comparison.
struct RegisteredIdentity {
  sip::NameAddr asserted;  ///< stored spelling and display name (TS 24.229 5.2.6.3.3)
  ims::Impu impu;
};

/// What one successful REGISTER brought up on a row: the implicit registration set of its To.
struct Registration {
  ims::Impu aor;                               ///< the To of the REGISTER
  sip::NameAddr contact;                       ///< as registered, with +sip.instance and reg-id
  std::vector<RegisteredIdentity> identities;  ///< P-Associated-URI; the first is the default
  sip::Time expires;

  /// Whether a REGISTER for this identity renews or ends this registration.
  [[nodiscard]] bool covers(const ims::Impu& impu) const;
};

/// A row of the IP address check table: flow -> IMPI and IMPUs (Annex Q).
struct FlowBinding {
  ims::BindingKey key;
  sip::Flow flow;       ///< the flow of the REGISTER: where terminating requests go
  std::string sent_by;  ///< host:port of the UE's Via, for overwrite diagnostics
  std::uint32_t id = 0;
  std::uint32_t epoch = 0;
  std::uint32_t former_id = 0;  ///< of the tenant that this row overwrote, 0 if none
  ims::Impi impi;
  std::vector<Registration> registrations;
  /// Derived from `registrations` by the table: all IMPUs in order, each spelling once.
  std::vector<RegisteredIdentity> identities;
  /// Derived: the default IMPUs, one per registration, indices into `identities`.
  std::vector<std::size_t> defaults;
  std::vector<sip::NameAddr> service_route;  ///< of the latest 200 OK (RFC 3608 6.1)
  std::string call_id;                       ///< of the latest REGISTER
  std::string instance;                      ///< +sip.instance, empty if none
  std::uint32_t reg_id = 0;
  std::optional<ims::Anchor> anchor;  ///< where the REGISTER entered, if the gate noted it
  std::uint32_t keep_alive = 0;       ///< seconds, as negotiated; 0: the UE promised none
  sip::Duration silence{};            ///< a longer one makes the row suspect; 0: none does
  bool suspect = false;               ///< its user may be gone; until he registers again
  sip::Time last_seen;                ///< by `note_seen`; with a gate the kernel knows better
  sip::Time created;
  sip::Time expires;  ///< derived: when the last registration runs out

  [[nodiscard]] bool matches_port() const { return !key.is_wildcard(); }
};

/// The IP address check table. Keys are the packet's source.
///
/// Invariants: a row exists only after a 200 OK and has at least one registration; an id names one
/// user's stay at one key and is not given to another row; the epoch of a row grows by one whenever
/// another IMPI takes the key over, and not on a refresh. Which rows may stand beside each other at
/// one address is `decide_key`'s affair.
class BindingTable {
 public:
  /// `capacity`: rows of each address family. IPv4 and IPv6 have a kernel map each, which fill up
  /// by themselves.
  explicit BindingTable(std::size_t capacity, std::size_t per_impi);

  /// The live row for a packet's source: exact key first, then the wildcard, which stands for UDP
  /// and plain TCP.
  [[nodiscard]] const FlowBinding* find(const sip::Flow& source, sip::Time now) const;
  [[nodiscard]] const FlowBinding* find_key(const ims::BindingKey& key) const;
  /// By the row's id, or by one that a parallel REGISTER of the same user was promised.
  [[nodiscard]] const FlowBinding* find_id(std::uint32_t id) const;
  /// The first row of the address for which `wanted` is true; behind a large NAT there are many.
  [[nodiscard]] const FlowBinding* find_at(
      const sip::IpAddress& ip, const std::function<bool(const FlowBinding&)>& wanted) const;
  [[nodiscard]] std::vector<const FlowBinding*> of_user(const ims::Impi& impi) const;
  [[nodiscard]] std::vector<const FlowBinding*> at(const sip::IpAddress& ip) const;

  /// An id for a row that may come: Path carries it before the 200 OK decides.
  [[nodiscard]] std::uint32_t reserve_id();

  enum class Change : std::uint8_t { kInserted, kRefreshed, kOverwritten, kFull };
  struct Plan {
    Change change = Change::kInserted;
    ims::KernelRow kernel;
  };
  /// What `put` would do, without doing it: the kernel row is written first.
  [[nodiscard]] Plan plan(const FlowBinding& row) const;
  /// Inserts, refreshes (same key, same IMPI: epoch and id kept) or overwrites (same key, other
  /// IMPI: epoch + 1, nothing of the old row remains). `id` is a reserved one, or 0; `epoch`,
  /// `former_id`, `expires`, `identities` and `defaults` are set by the table. kFull changes
  /// nothing.
  Change put(FlowBinding row);

  /// A datagram came from the source of a row: a row that was silent for too long is suspect from
  /// now on.
  void note_seen(const sip::Flow& source, sip::Time now);
  void mark_suspect(const ims::BindingKey& key);

  /// Removes the row and returns it.
  std::optional<FlowBinding> remove(const ims::BindingKey& key);
  /// Ends what `ended` names in the row; returns the row if nothing is left and it was removed.
  std::optional<FlowBinding> remove_registrations(
      const ims::BindingKey& key, const std::function<bool(const Registration&)>& ended);
  /// Ends the registrations that have run out; rows without any left, removed.
  std::vector<FlowBinding> expire(sip::Time now);
  [[nodiscard]] std::optional<sip::Time> deadline() const;

  /// What the kernel is to have.
  [[nodiscard]] std::vector<ims::KernelRow> kernel_rows() const;

  /// No room for another row of the address's family.
  [[nodiscard]] bool is_full(const sip::IpAddress& ip) const;
  [[nodiscard]] std::size_t size() const { return rows_.size(); }
  /// Of both families together.
  [[nodiscard]] std::size_t capacity() const { return 2 * capacity_; }
  /// For listing; unordered.
  [[nodiscard]] auto begin() const { return rows_.begin(); }
  [[nodiscard]] auto end() const { return rows_.end(); }

 private:
  struct Row : FlowBinding {
    std::vector<std::uint32_t> promised_ids;  ///< other ids under which `find_id` finds it
    sip::Time next_expiry;                    ///< of its registrations
  };
  void index(const Row& row);
  void unindex(const Row& row);
  static void promise(Row& row, std::uint32_t id);

  std::size_t capacity_;
  std::size_t per_impi_;
  std::size_t v4_rows_ = 0;
  std::uint32_t next_id_ = 1;
  std::unordered_map<ims::BindingKey, Row> rows_;
  std::set<ims::BindingKey> by_address_;  ///< ordered by address first
  std::unordered_multimap<ims::Impi, ims::BindingKey> by_impi_;
  std::unordered_map<std::uint32_t, ims::BindingKey> by_id_;
  std::set<std::pair<sip::Time, ims::BindingKey>> by_expiry_;
};

}  // namespace sipward::pcscf
