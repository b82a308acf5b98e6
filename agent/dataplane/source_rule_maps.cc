// SPDX-License-Identifier: Apache-2.0
#include "agent/dataplane/source_rule_maps.h"

#include <bpf/bpf.h>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <map>
#include <string_view>

#include "agent/dataplane/descriptor.h"
#include "agent/dataplane/map_names.h"
#include "agent/dataplane/pinned_maps.h"
#include "agent/dataplane/pins.h"
#include "sip/result.h"

namespace sipward::dataplane {

namespace {

constexpr std::uint32_t kBatch = 1'024;

using Error = std::optional<std::string>;
using Rows = std::vector<SourceRuleRow>;

bool is_same(const sipward_source_rule& one, const sipward_source_rule& other) {
  return std::memcmp(&one, &other, sizeof(one)) == 0;
}

SourceRuleKey key_of(const sip::IpPrefix& prefix) {
  SourceRuleKey key{.length = prefix.length};
  std::ranges::copy(prefix.ip.bytes(), key.addr.begin());
  return key;
}

/// One of the two maps; Key is its struct of bpf/abi.h.
template <class Key>
class RuleMap {
 public:
  static sip::Result<RuleMap, std::string> open(const std::string& pin_path,
                                                std::string_view name) {
    auto fd = open_map(pin_path, name);
    if (!fd) return fd.error();
    RuleMap map;
    map.path_ = map_path(pin_path, name);
    map.fd_ = std::move(*fd);
    const auto info = map_info(map.fd_.get());
    if (!info) return map.fault("read");
    if (info->type != BPF_MAP_TYPE_LPM_TRIE || info->key_size != sizeof(Key) ||
        info->value_size != sizeof(sipward_source_rule)) {
      return fmt::format("{} was made by another version: sipward-gate upgrade", map.path_);
    }
    map.room_ = info->max_entries - 1;
    return map;
  }

  [[nodiscard]] Error find_fault(const Rows& wanted) const {
    if (wanted.size() <= room_) return std::nullopt;
    return fmt::format(
        "{} source rules are too many for {}, which has room for {}: fewer routes, "
        "or reverse_path = \"off\"",
        wanted.size(), path_, room_);
  }

  [[nodiscard]] Error bring_to(const Rows& wanted) const {
    Rows there;
    if (Error error = read(there)) return error;
    const SourceRuleChanges changes = find_changes(there, wanted);
    const bool fits = wanted.size() + changes.remove.size() <= room_;
    if (!fits && !remove(changes.remove)) return fault("change");
    if (!put(changes.put)) return fault("change");
    if (fits && !remove(changes.remove)) return fault("change");
    return std::nullopt;
  }

 private:
  [[nodiscard]] std::string fault(std::string_view verb) const {
    return fmt::format("cannot {} {}: {}", verb, path_, errno_text(errno));
  }

  static Key native(const SourceRuleKey& key) {
    Key out{};
    out.length = key.length;
    std::memcpy(out.addr, key.addr.data(), sizeof(out.addr));
    return out;
  }

  static SourceRuleKey portable(const Key& key) {
    SourceRuleKey out{.length = key.length};
    std::memcpy(out.addr.data(), key.addr, sizeof(key.addr));
    return out;
  }

  Error read(Rows& rows) const {
    std::vector<Key> keys(kBatch);
    std::vector<sipward_source_rule> values(kBatch);
    Key position{};
    for (bool first = true, more = true; more && rows.size() <= room_; first = false) {
      __u32 count = kBatch;
      const int failed = bpf_map_lookup_batch(fd_.get(), first ? nullptr : &position, &position,
                                              keys.data(), values.data(), &count, nullptr);
      if (failed != 0 && errno != ENOENT) return fault("read");
      more = failed == 0;  // ENOENT is the end, with the last rows
      for (__u32 i = 0; i < count; ++i) rows.emplace_back(portable(keys[i]), values[i]);
    }
    return std::nullopt;
  }

  [[nodiscard]] bool put(const Rows& rows) const {
    return std::ranges::all_of(rows, [&](const SourceRuleRow& row) {
      const Key key = native(row.first);
      return bpf_map_update_elem(fd_.get(), &key, &row.second, BPF_ANY) == 0;
    });
  }

  [[nodiscard]] bool remove(const std::vector<SourceRuleKey>& keys) const {
    return std::ranges::all_of(keys, [&](const SourceRuleKey& one) {
      const Key key = native(one);
      return bpf_map_delete_elem(fd_.get(), &key) == 0 || errno == ENOENT;
    });
  }

  std::string path_;
  Descriptor fd_;
  /// One less than the map's size: before Linux 6.13 no row of a full one can be changed.
  std::size_t room_ = 0;
};

Rows rows_of(const std::vector<SourceRule>& rules, bool v4) {
  Rows rows;
  for (const SourceRule& rule : rules) {
    if (rule.prefix.ip.is_v4() == v4) rows.emplace_back(key_of(rule.prefix), rule.rule);
  }
  return rows;
}

}  // namespace

SourceRuleChanges find_changes(const std::vector<SourceRuleRow>& there,
                               const std::vector<SourceRuleRow>& wanted) {
  SourceRuleChanges changes;
  std::map<SourceRuleKey, sipward_source_rule> left(there.begin(), there.end());
  for (const SourceRuleRow& row : wanted) {
    const auto old = left.find(row.first);
    if (old == left.end() || !is_same(old->second, row.second)) changes.put.push_back(row);
    if (old != left.end()) left.erase(old);
  }
  for (const auto& [key, rule] : left) changes.remove.push_back(key);
  std::ranges::stable_sort(changes.put, std::ranges::greater{},
                           [](const SourceRuleRow& row) { return row.first.length; });
  std::ranges::stable_sort(changes.remove, {}, &SourceRuleKey::length);
  return changes;
}

Error write_source_rules(const std::string& pin_path, const std::vector<SourceRule>& rules) {
  const auto map4 = RuleMap<sipward_prefix4>::open(pin_path, kSourceRules4);
  if (!map4) return map4.error();
  const auto map6 = RuleMap<sipward_prefix6>::open(pin_path, kSourceRules6);
  if (!map6) return map6.error();
  const Rows rows4 = rows_of(rules, true);
  const Rows rows6 = rows_of(rules, false);
  if (Error error = map4->find_fault(rows4)) return error;
  if (Error error = map6->find_fault(rows6)) return error;
  if (Error error = map4->bring_to(rows4)) return error;
  return map6->bring_to(rows6);
}

}  // namespace sipward::dataplane
