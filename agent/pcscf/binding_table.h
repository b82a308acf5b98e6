// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
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

/// A row of the IP address check table: flow -> IMPI and IMPUs (Annex Q).
struct FlowBinding {
  ims::BindingKey key;
  sip::Flow flow;       ///< the flow of the REGISTER: where terminating requests go
  std::string sent_by;  ///< host:port of the UE's Via, for overwrite diagnostics
  std::uint32_t id = 0;
  std::uint32_t epoch = 0;
  ims::Impi impi;
  /// Registered IMPUs, in the order of P-Associated-URI.
  std::vector<RegisteredIdentity> identities;
  /// The default IMPUs: one per registration on this row, indices into `identities`.
  std::vector<std::size_t> defaults;
  std::vector<sip::NameAddr> service_route;
  std::string call_id;   ///< of the REGISTER that made it
  std::string instance;  ///< +sip.instance, empty if none
  std::uint32_t reg_id = 0;
  sip::Time created;
  sip::Time expires;

  [[nodiscard]] bool matches_port() const { return !key.is_wildcard(); }
};

/// The IP address check table. Keys are the packet's source; a wildcard row and port rows of one
/// address never coexist for different users (table 4.3 of the requirements).
///
/// Invariants: a row exists only after a 200 OK; ids are never reused while the process lives; the
/// epoch of a row grows by one whenever another IMPI takes the key over, and not on a refresh.
class BindingTable {
 public:
  explicit BindingTable(std::size_t capacity, std::size_t per_impi);

  /// The live row for a packet's source: exact key first, then the wildcard.
  [[nodiscard]] const FlowBinding* find(const sip::Flow& source, sip::Time now) const;
  [[nodiscard]] const FlowBinding* find_key(const ims::BindingKey& key) const;
  [[nodiscard]] const FlowBinding* find_id(std::uint32_t id) const;
  /// All rows of one address.
  [[nodiscard]] std::vector<const FlowBinding*> at_address(const sip::IpAddress& ip) const;
  [[nodiscard]] std::vector<const FlowBinding*> of_user(const ims::Impi& impi) const;

  enum class Change : std::uint8_t { kInserted, kRefreshed, kOverwritten, kFull };
  /// Inserts, refreshes (same key, same IMPI: epoch and id kept) or overwrites (same key, other
  /// IMPI: epoch + 1, nothing of the old row remains). `id` and `epoch` of the argument are set by
  /// the table. kFull changes nothing.
  Change put(FlowBinding row);
  /// What `put` would make of id and epoch, without doing it: for the kernel row, which is written
  /// first.
  struct Numbers {
    std::uint32_t id = 0;
    std::uint32_t epoch = 0;
    Change change = Change::kInserted;
  };
  [[nodiscard]] Numbers plan(const ims::BindingKey& key, const ims::Impi& impi) const;

  /// Removes the row and returns it.
  std::optional<FlowBinding> remove(const ims::BindingKey& key);
  /// Rows that have run out, removed.
  std::vector<FlowBinding> expire(sip::Time now);
  [[nodiscard]] std::optional<sip::Time> deadline() const;

  [[nodiscard]] std::size_t size() const { return rows_.size(); }
  [[nodiscard]] std::size_t capacity() const { return capacity_; }
  /// For listing; unordered.
  [[nodiscard]] auto begin() const { return rows_.begin(); }
  [[nodiscard]] auto end() const { return rows_.end(); }

 private:
  std::size_t capacity_;
  std::size_t per_impi_;
  std::uint32_t next_id_ = 1;
  std::unordered_map<ims::BindingKey, FlowBinding> rows_;
  std::unordered_multimap<sip::IpAddress, ims::BindingKey> by_address_;
  std::unordered_multimap<ims::Impi, ims::BindingKey> by_impi_;
  std::unordered_map<std::uint32_t, ims::BindingKey> by_id_;
  std::multimap<sip::Time, ims::BindingKey> by_expiry_;
};

}  // namespace sipward::pcscf
