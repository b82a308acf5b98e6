// SPDX-License-Identifier: Apache-2.0
#include "agent/pcscf/binding_table.h"

#include <algorithm>
#include <string_view>

#include "agent/ims/tag.h"

namespace sipward::pcscf {
namespace {

/// How many ids of parallel REGISTERs one row answers to; the oldest is forgotten first.
constexpr std::size_t kPromisedIds = 8;

/// The position of this spelling in the list, appended if it is new.
std::size_t place(std::vector<RegisteredIdentity>& list, const RegisteredIdentity& identity) {
  const std::string uri = identity.asserted.uri.text();
  const auto it = std::find_if(list.begin(), list.end(),
                               [&](const auto& known) { return known.asserted.uri.text() == uri; });
  if (it != list.end()) return static_cast<std::size_t>(it - list.begin());
  list.push_back(identity);
  return list.size() - 1;
}

sip::Time latest_expiry(const FlowBinding& row) {
  sip::Time latest;
  for (const Registration& registration : row.registrations) {
    latest = std::max(latest, registration.expires);
  }
  return latest;
}

void derive(FlowBinding& row) {
  row.identities.clear();
  row.defaults.clear();
  row.expires = latest_expiry(row);
  for (const Registration& registration : row.registrations) {
    bool first = true;
    for (const RegisteredIdentity& identity : registration.identities) {
      const std::size_t at = place(row.identities, identity);
      const bool known =
          std::find(row.defaults.begin(), row.defaults.end(), at) != row.defaults.end();
      if (first && !known) row.defaults.push_back(at);
      first = false;
    }
  }
}

sip::Time earliest_expiry(const FlowBinding& row) {
  sip::Time earliest = row.expires;
  for (const Registration& registration : row.registrations) {
    earliest = std::min(earliest, registration.expires);
  }
  return earliest;
}

ims::KernelRow kernel_row(const FlowBinding& row) {
  return {.key = row.key,
          .binding = row.id,
          .epoch = row.epoch,
          .expires = latest_expiry(row),
          .anchor = row.anchor,
          .silence = row.silence,
          .suspect = row.suspect};
}

}  // namespace

bool Registration::covers(const ims::Impu& impu) const {
  return aor == impu || std::any_of(identities.begin(), identities.end(),
                                    [&](const auto& identity) { return identity.impu == impu; });
}

BindingTable::BindingTable(std::size_t capacity, std::size_t per_impi)
    : capacity_(capacity), per_impi_(per_impi) {}

const FlowBinding* BindingTable::find(const sip::Flow& source, sip::Time now) const {
  const auto live = [&](const FlowBinding* row) { return row != nullptr && row->expires > now; };
  const FlowBinding* exact =
      find_key({.ip = source.remote.ip, .port = source.remote.port, .transport = source.transport});
  if (live(exact)) return exact;
  // TS 33.203 O.2.2: who registered over TLS is known by the connection alone.
  if (source.transport != sip::Transport::kUdp && source.transport != sip::Transport::kTcp) {
    return nullptr;
  }
  const FlowBinding* wildcard = find_key({.ip = source.remote.ip});
  return live(wildcard) ? wildcard : nullptr;
}

const FlowBinding* BindingTable::find_key(const ims::BindingKey& key) const {
  const auto it = rows_.find(key);
  return it == rows_.end() ? nullptr : &it->second;
}

const FlowBinding* BindingTable::find_id(std::uint32_t id) const {
  const auto it = by_id_.find(id);
  return it == by_id_.end() ? nullptr : find_key(it->second);
}

const FlowBinding* BindingTable::find_at(
    const sip::IpAddress& ip, const std::function<bool(const FlowBinding&)>& wanted) const {
  for (auto it = by_address_.lower_bound({.ip = ip}); it != by_address_.end(); ++it) {
    if (it->ip != ip) break;
    const FlowBinding* row = find_key(*it);
    if (wanted(*row)) return row;
  }
  return nullptr;
}

std::vector<const FlowBinding*> BindingTable::of_user(const ims::Impi& impi) const {
  std::vector<const FlowBinding*> found;
  const auto [first, last] = by_impi_.equal_range(impi);
  for (auto it = first; it != last; ++it) found.push_back(find_key(it->second));
  return found;
}

std::vector<const FlowBinding*> BindingTable::at(const sip::IpAddress& ip) const {
  std::vector<const FlowBinding*> found;
  for (auto it = by_address_.lower_bound({.ip = ip}); it != by_address_.end(); ++it) {
    if (it->ip != ip) break;
    found.push_back(find_key(*it));
  }
  return found;
}

std::uint32_t BindingTable::reserve_id() {
  while (next_id_ == 0 || by_id_.contains(next_id_)) ++next_id_;  // after 2^32 reservations
  return next_id_++;
}

std::vector<ims::KernelRow> BindingTable::kernel_rows() const {
  std::vector<ims::KernelRow> rows;
  rows.reserve(rows_.size());
  for (const auto& [key, row] : rows_) rows.push_back(kernel_row(row));
  return rows;
}

BindingTable::Plan BindingTable::plan(const FlowBinding& row) const {
  const FlowBinding* old = find_key(row.key);
  ims::KernelRow kernel = kernel_row(row);
  if (row.id == 0) kernel.binding = next_id_;
  if (old != nullptr && old->impi == row.impi) {
    kernel.binding = old->id;
    kernel.epoch = old->epoch;
    return {.change = Change::kRefreshed, .kernel = kernel};
  }
  if (by_impi_.count(row.impi) >= per_impi_) return {.change = Change::kFull, .kernel = kernel};
  if (old != nullptr) {
    kernel.epoch = old->epoch + 1;
    return {.change = Change::kOverwritten, .kernel = kernel};
  }
  // A new row's epoch continues its id, so that a tag tells more rows apart than its id bits do.
  kernel.epoch = kernel.binding >> ims::kTagBindingBits;
  return {.change = is_full(row.key.ip) ? Change::kFull : Change::kInserted, .kernel = kernel};
}

bool BindingTable::is_full(const sip::IpAddress& ip) const {
  return (ip.is_v4() ? v4_rows_ : rows_.size() - v4_rows_) >= capacity_;
}

BindingTable::Change BindingTable::put(FlowBinding row) {
  if (row.id == 0) row.id = reserve_id();
  const Plan planned = plan(row);
  if (planned.change == Change::kFull) return planned.change;

  const std::uint32_t promised = row.id;
  Row fresh;
  static_cast<FlowBinding&>(fresh) = std::move(row);
  fresh.id = planned.kernel.binding;
  fresh.epoch = planned.kernel.epoch;
  fresh.former_id = 0;
  if (const auto old = rows_.find(fresh.key); old != rows_.end()) {
    unindex(old->second);
    const bool refreshed = planned.change == Change::kRefreshed;
    fresh.former_id = refreshed ? old->second.former_id : old->second.id;
    if (refreshed) {
      fresh.promised_ids = std::move(old->second.promised_ids);
      fresh.created = old->second.created;
    }
    rows_.erase(old);
  }
  if (promised != fresh.id) promise(fresh, promised);
  derive(fresh);
  fresh.next_expiry = earliest_expiry(fresh);
  index(fresh);
  rows_.emplace(fresh.key, std::move(fresh));
  return planned.change;
}

void BindingTable::promise(Row& row, std::uint32_t id) {
  auto& ids = row.promised_ids;
  if (std::find(ids.begin(), ids.end(), id) != ids.end()) return;
  if (ids.size() == kPromisedIds) ids.erase(ids.begin());
  ids.push_back(id);
}

void BindingTable::note_seen(const sip::Flow& source, sip::Time now) {
  const FlowBinding* found = find(source, now);
  if (found == nullptr) return;
  FlowBinding& row = rows_.at(found->key);
  if (row.silence.count() != 0 && now - row.last_seen > row.silence) row.suspect = true;
  row.last_seen = now;
}

void BindingTable::mark_suspect(const ims::BindingKey& key) {
  const auto it = rows_.find(key);
  if (it != rows_.end()) it->second.suspect = true;
}

std::optional<FlowBinding> BindingTable::remove(const ims::BindingKey& key) {
  const auto it = rows_.find(key);
  if (it == rows_.end()) return std::nullopt;
  unindex(it->second);
  FlowBinding removed = std::move(static_cast<FlowBinding&>(it->second));
  rows_.erase(it);
  return removed;
}

std::optional<FlowBinding> BindingTable::remove_registrations(
    const ims::BindingKey& key, const std::function<bool(const Registration&)>& ended) {
  const auto it = rows_.find(key);
  if (it == rows_.end()) return std::nullopt;
  Row& row = it->second;
  const auto is_last = std::all_of(row.registrations.begin(), row.registrations.end(), ended);
  if (is_last) return remove(key);  // whole: whoever reports it sees what it was
  if (std::erase_if(row.registrations, ended) == 0) return std::nullopt;
  by_expiry_.erase({row.next_expiry, row.key});
  derive(row);
  row.next_expiry = earliest_expiry(row);
  by_expiry_.insert({row.next_expiry, row.key});
  return std::nullopt;
}

std::vector<FlowBinding> BindingTable::expire(sip::Time now) {
  std::vector<FlowBinding> expired;
  while (!by_expiry_.empty() && by_expiry_.begin()->first <= now) {
    const ims::BindingKey key = by_expiry_.begin()->second;
    auto removed = remove_registrations(
        key, [&](const Registration& registration) { return registration.expires <= now; });
    if (removed) expired.push_back(std::move(*removed));
  }
  return expired;
}

std::optional<sip::Time> BindingTable::deadline() const {
  if (by_expiry_.empty()) return std::nullopt;
  return by_expiry_.begin()->first;
}

void BindingTable::index(const Row& row) {
  if (row.key.ip.is_v4()) ++v4_rows_;
  by_address_.insert(row.key);
  by_impi_.emplace(row.impi, row.key);
  by_id_[row.id] = row.key;
  for (const std::uint32_t id : row.promised_ids) by_id_[id] = row.key;
  by_expiry_.insert({row.next_expiry, row.key});
}

void BindingTable::unindex(const Row& row) {
  if (row.key.ip.is_v4()) --v4_rows_;
  by_address_.erase(row.key);
  const auto [first, last] = by_impi_.equal_range(row.impi);
  by_impi_.erase(
      std::find_if(first, last, [&](const auto& entry) { return entry.second == row.key; }));
  by_id_.erase(row.id);
  for (const std::uint32_t id : row.promised_ids) by_id_.erase(id);
  by_expiry_.erase({row.next_expiry, row.key});
}

}  // namespace sipward::pcscf
