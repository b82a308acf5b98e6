// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include "sip/keyed_hash.h"
#include "sip/timer_queue.h"

namespace sipward::sip {

/// The transactions of one side of an element: found by the key that messages carry, named by an id
/// that is never used again, each with one deadline. `Entry` has a `machine` with state() and
/// deadline(). References to entries hold until the entry is erased.
template <class Id, class Entry>
class TransactionTable {
 public:
  [[nodiscard]] std::optional<Id> find(const std::string& key) const {
    const auto found = ids_.find(key);
    if (found == ids_.end()) return std::nullopt;
    return found->second;
  }
  [[nodiscard]] Entry* get(Id id) {
    const auto found = rows_.find(id);
    return found == rows_.end() ? nullptr : &found->second.entry;
  }
  [[nodiscard]] const Entry* get(Id id) const {
    return const_cast<TransactionTable*>(this)->get(id);
  }
  [[nodiscard]] const std::string& key_of(Id id) const { return *rows_.at(id).key; }

  /// The key must be new.
  Id insert(std::string key, Entry entry) {
    const Id id{++last_id_};
    const auto place = ids_.emplace(std::move(key), id).first;
    rows_.emplace(id, Row{std::move(entry), &place->first});
    settle(id);
    return id;
  }
  void erase(Id id) {
    const auto found = rows_.find(id);
    if (found == rows_.end()) return;
    timers_.set(id, std::nullopt);
    ids_.erase(ids_.find(*found->second.key));
    rows_.erase(found);
  }
  /// After a stimulus: takes the machine's deadline over, or removes what has terminated.
  void settle(Id id) {
    using Machine = decltype(Entry::machine);
    Entry* entry = get(id);
    if (entry == nullptr) return;
    if (entry->machine.state() == Machine::State::kTerminated) return erase(id);
    timers_.set(id, entry->machine.deadline());
  }

  std::optional<Id> pop_due(Time now) { return timers_.pop_due(now); }
  [[nodiscard]] std::optional<Time> deadline() const { return timers_.next(); }
  [[nodiscard]] std::size_t size() const { return rows_.size(); }

 private:
  struct Row {
    Entry entry;
    const std::string* key;  // the one in `ids_`: its node stays where it is
  };

  std::uint64_t last_id_ = 0;
  std::unordered_map<std::string, Id, KeyedHash> ids_;
  std::unordered_map<Id, Row> rows_;
  TimerQueue<Id> timers_;
};

}  // namespace sipward::sip
