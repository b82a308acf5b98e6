// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bpf/bpf.h>

#include <cerrno>
#include <cstddef>
#include <vector>

namespace sipward::dataplane {

/// Elements in one system call: flat in time from a few on, and a bucket never holds so many.
inline constexpr std::size_t kBatch = 4'096;

/// Collects elements for a hash map and writes them a batch at a time.
template <class Key, class Value>
class Batch {
 public:
  explicit Batch(int map) : map_(map) {}

  /// False: the kernel refused some of a batch; errno says why.
  bool add(const Key& key, const Value& value) {
    keys_.push_back(key);
    values_.push_back(value);
    return keys_.size() < kBatch || flush();
  }
  bool flush() {
    if (keys_.empty()) return true;
    auto count = static_cast<__u32>(keys_.size());
    const bool done =
        bpf_map_update_batch(map_, keys_.data(), values_.data(), &count, nullptr) == 0;
    written_ += count;
    keys_.clear();
    values_.clear();
    return done;
  }
  [[nodiscard]] std::size_t written() const { return written_; }

 private:
  int map_;
  std::vector<Key> keys_;
  std::vector<Value> values_;
  std::size_t written_ = 0;
};

/// Calls `visit(key, value)` for every element. False: not all could be read.
template <class Key, class Value, class Visit>
bool for_each_element(int map, Visit visit) {
  std::vector<Key> keys(kBatch);
  std::vector<Value> values(kBatch);
  __u32 position = 0;
  for (bool first = true;; first = false) {
    auto count = static_cast<__u32>(kBatch);
    const int failed = bpf_map_lookup_batch(map, first ? nullptr : &position, &position,
                                            keys.data(), values.data(), &count, nullptr);
    if (failed != 0 && errno != ENOENT) return false;  // ENOENT is the end, with the last ones
    for (__u32 i = 0; i < count; ++i) visit(keys[i], values[i]);
    if (failed != 0) return true;
  }
}

}  // namespace sipward::dataplane
