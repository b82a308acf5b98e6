// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <set>
#include <unordered_map>
#include <utility>

#include "sip/time.h"

namespace sipward::sip {

/// Deadlines in their order, at most one per key. Setting and taking one costs O(log n); knowing
/// the earliest, O(1). Nothing stale is left behind.
template <class Key>
class TimerQueue {
 public:
  /// In the place of the key's former deadline; nullopt: the key has none any more.
  void set(Key key, std::optional<Time> at) {
    const auto known = times_.find(key);
    if (known != times_.end()) {
      if (at == known->second) return;
      order_.erase({known->second, key});
    }
    if (at) {
      order_.emplace(*at, key);
      times_[key] = *at;
    } else if (known != times_.end()) {
      times_.erase(known);
    }
  }

  [[nodiscard]] std::optional<Time> next() const {
    if (order_.empty()) return std::nullopt;
    return order_.begin()->first;
  }

  /// Takes out the key whose deadline is the earliest, if that is not after `now`.
  std::optional<Key> pop_due(Time now) {
    if (order_.empty() || order_.begin()->first > now) return std::nullopt;
    const Key key = order_.begin()->second;
    order_.erase(order_.begin());
    times_.erase(key);
    return key;
  }

  [[nodiscard]] std::size_t size() const { return order_.size(); }

 private:
  std::set<std::pair<Time, Key>> order_;
  std::unordered_map<Key, Time> times_;
};

/// The earlier of two deadlines, either of which may be absent.
[[nodiscard]] inline std::optional<Time> earlier(std::optional<Time> a, std::optional<Time> b) {
  if (!a || !b) return a ? a : b;
  return *a < *b ? a : b;
}

}  // namespace sipward::sip
