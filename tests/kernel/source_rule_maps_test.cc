// SPDX-License-Identifier: Apache-2.0
#include "agent/dataplane/source_rule_maps.h"

#include <bpf/bpf.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstring>
#include <random>

#include "agent/dataplane/pins.h"
#include "tests/kernel/lab.h"

namespace sipward::test {
namespace {

using dataplane::Descriptor;
using dataplane::SourceRule;
using dataplane::SourceRuleChanges;
using dataplane::SourceRuleKey;
using dataplane::SourceRuleRow;

/// The rule says its number, in a member that nothing here interprets.
SourceRule rule(std::string_view prefix, std::uint16_t number) {
  return {.prefix = sip::IpPrefix::parse(prefix).value(),
          .rule = {.refused = number, .denied = number}};
}

/// Both maps of their own, for so many rows each.
class Maps {
 public:
  explicit Maps(std::uint32_t rows, std::uint32_t value_size = sizeof(sipward_source_rule)) {
    use_private_bpffs();
    ::mkdir(pin_path.c_str(), 0755);
    v4_ = make("source_rules4", sizeof(sipward_prefix4), value_size, rows);
    v6_ = make("source_rules6", sizeof(sipward_prefix6), value_size, rows);
  }

  /// The number of the longest rule for the address; -1: none.
  [[nodiscard]] int find(std::string_view text) const {
    const auto ip = sip::IpAddress::parse(text).value();
    const auto bytes = ip.bytes();
    sipward_prefix6 key{.length = static_cast<__u32>(bytes.size() * 8)};
    std::ranges::copy(bytes, key.addr);  // of IPv4, the struct is the first part of this one
    sipward_source_rule found{};
    const int map = ip.is_v4() ? v4_.get() : v6_.get();
    return bpf_map_lookup_elem(map, &key, &found) == 0 ? found.denied : -1;
  }

  [[nodiscard]] int rows() const { return count(v4_.get()) + count(v6_.get()); }

  const std::string pin_path = new_pin_path();

 private:
  static int count(int map) {
    int rows = 0;
    sipward_prefix6 key{};
    for (const void* last = nullptr; bpf_map_get_next_key(map, last, &key) == 0; last = &key) {
      ++rows;
    }
    return rows;
  }

  Descriptor make(const char* name, __u32 key_size, __u32 value_size, __u32 rows) const {
    LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = BPF_F_NO_PREALLOC);
    Descriptor map{
        bpf_map_create(BPF_MAP_TYPE_LPM_TRIE, name, key_size, value_size, rows, &options)};
    const std::string path = fmt::format("{}/{}", pin_path, name);
    if (!map || bpf_obj_pin(map.get(), path.c_str()) != 0) throw std::runtime_error(path);
    return map;
  }

  Descriptor v4_;
  Descriptor v6_;
};

TEST(SourceRuleMaps, RulesAreFoundByTheLongestPrefix) {
  const Maps maps(64);
  ASSERT_EQ(dataplane::write_source_rules(
                maps.pin_path, {rule("0.0.0.0/0", 1), rule("10.0.0.0/8", 2), rule("10.1.0.0/17", 3),
                                rule("10.1.2.3/32", 4), rule("2001:db8::/32", 5),
                                rule("2001:db8:0:1::/64", 6), rule("2001:db8:0:1::9/128", 7)}),
            std::nullopt);
  EXPECT_EQ(maps.find("9.9.9.9"), 1);
  EXPECT_EQ(maps.find("10.2.0.1"), 2);
  EXPECT_EQ(maps.find("10.1.0.1"), 3);
  EXPECT_EQ(maps.find("10.1.128.1"), 2);
  EXPECT_EQ(maps.find("10.1.2.3"), 4);
  EXPECT_EQ(maps.find("2001:db8:1::1"), 5);
  EXPECT_EQ(maps.find("2001:db8:0:1::1"), 6);
  EXPECT_EQ(maps.find("2001:db8:0:1::9"), 7);
  EXPECT_EQ(maps.find("2001:db9::1"), -1);
}

TEST(SourceRuleMaps, WhatChangedIsChangedAndWhatIsGoneGoes) {
  const Maps maps(64);
  ASSERT_EQ(
      dataplane::write_source_rules(
          maps.pin_path, {rule("10.0.0.0/8", 1), rule("10.1.0.0/16", 2), rule("fd00::/8", 3)}),
      std::nullopt);
  ASSERT_EQ(
      dataplane::write_source_rules(
          maps.pin_path, {rule("10.0.0.0/8", 4), rule("10.2.0.0/16", 5), rule("fd00::/8", 3)}),
      std::nullopt);
  EXPECT_EQ(maps.find("10.1.0.1"), 4);
  EXPECT_EQ(maps.find("10.2.0.1"), 5);
  EXPECT_EQ(maps.find("fd00::1"), 3);
  EXPECT_EQ(maps.rows(), 3);
  ASSERT_EQ(dataplane::write_source_rules(maps.pin_path, {}), std::nullopt);
  EXPECT_EQ(maps.rows(), 0);
}

std::vector<SourceRule> many(std::uint16_t first, std::uint16_t count) {
  std::vector<SourceRule> rules;
  for (std::uint16_t i = first; i < first + count; ++i) {
    rules.push_back(rule(fmt::format("10.{}.{}.0/24", i / 256, i % 256), i));
  }
  return rules;
}

TEST(SourceRuleMaps, MoreThanABatchIsWrittenAndRead) {
  const Maps maps(5'000);
  ASSERT_EQ(dataplane::write_source_rules(maps.pin_path, many(0, 4'000)), std::nullopt);
  EXPECT_EQ(maps.rows(), 4'000);
  ASSERT_EQ(dataplane::write_source_rules(maps.pin_path, many(1'000, 2'500)), std::nullopt);
  EXPECT_EQ(maps.rows(), 2'500);
  EXPECT_EQ(maps.find("10.3.231.1"), -1);
  EXPECT_EQ(maps.find("10.3.232.1"), 1'000);
}

TEST(SourceRuleMaps, OverTheSizeNothingIsChanged) {
  const Maps maps(11);
  ASSERT_EQ(dataplane::write_source_rules(maps.pin_path, many(0, 10)), std::nullopt) << "just so";
  auto rules = many(100, 11);
  rules.push_back(rule("fd00::/8", 1));
  const auto error = dataplane::write_source_rules(maps.pin_path, rules);
  ASSERT_TRUE(error);
  EXPECT_EQ(*error, fmt::format("11 source rules are too many for {}/source_rules4, which has room "
                                "for 10: fewer routes, or reverse_path = \"off\"",
                                maps.pin_path));
  EXPECT_EQ(maps.rows(), 10);
  EXPECT_EQ(maps.find("10.0.9.1"), 9);
}

TEST(SourceRuleMaps, AFullMapCanBeChangedAltogether) {
  const Maps maps(11);
  ASSERT_EQ(dataplane::write_source_rules(maps.pin_path, many(0, 10)), std::nullopt);
  ASSERT_EQ(dataplane::write_source_rules(maps.pin_path, many(5, 10)), std::nullopt);
  EXPECT_EQ(maps.rows(), 10);
  EXPECT_EQ(maps.find("10.0.4.1"), -1);
  EXPECT_EQ(maps.find("10.0.14.1"), 14);
}

TEST(SourceRuleMaps, OfAnotherVersionOrNotThereIsOneLine) {
  const Maps other(16, 4);
  const auto shape = dataplane::write_source_rules(other.pin_path, {});
  ASSERT_TRUE(shape);
  EXPECT_NE(shape->find("was made by another version"), std::string::npos) << *shape;
  const auto missing = dataplane::write_source_rules(new_pin_path(), {});
  ASSERT_TRUE(missing);
  EXPECT_NE(missing->find("source_rules4 is not there"), std::string::npos) << *missing;
}

TEST(SourceRuleMaps, TheGatesOwnMapsAreOfThisShape) {
  const GateUnderTest gate(test_config());
  EXPECT_EQ(
      dataplane::write_source_rules(gate.pin_path(), {rule("10.0.0.0/8", 1), rule("fd00::/8", 2)}),
      std::nullopt);
}

// ---- the order of changes ----

/// Rows of five bits, so that all sources can be asked.
class Bits {
 public:
  explicit Bits(unsigned seed) : random_(seed) {}

  std::vector<SourceRuleRow> rows() {
    std::vector<SourceRuleRow> rows;
    for (std::uint32_t length = 0; length <= kBits; ++length) {
      for (unsigned value = 0; value < 1U << length; ++value) {
        if (random_() % 3 != 0) continue;
        SourceRuleKey key{.length = length};
        key.addr[0] = static_cast<std::uint8_t>(value << (8 - length));
        rows.push_back({key, {.refused = static_cast<std::uint16_t>(random_() % 3)}});
      }
    }
    return rows;
  }

  static constexpr unsigned kBits = 5;

 private:
  std::mt19937 random_;
};

int verdict(const std::vector<SourceRuleRow>& rows, unsigned source) {
  const SourceRuleRow* best = nullptr;
  for (const SourceRuleRow& row : rows) {
    const unsigned differs = row.first.addr[0] ^ source << (8 - Bits::kBits);
    if (differs >> (8 - row.first.length) != 0) continue;
    if (best == nullptr || best->first.length < row.first.length) best = &row;
  }
  return best == nullptr ? -1 : best->second.refused;
}

void put(std::vector<SourceRuleRow>& rows, const SourceRuleRow& row) {
  std::erase_if(rows, [&](const SourceRuleRow& one) { return one.first == row.first; });
  rows.push_back(row);
}

TEST(SourceRuleMaps, InBetweenEachSourceHasItsOldVerdictOrItsNewOne) {
  for (unsigned seed = 1; seed <= 200; ++seed) {
    Bits random(seed);
    const auto before = random.rows();
    const auto after = random.rows();
    std::vector<SourceRuleRow> now = before;
    const auto check = [&] {
      for (unsigned source = 0; source < 1U << Bits::kBits; ++source) {
        const int found = verdict(now, source);
        ASSERT_TRUE(found == verdict(before, source) || found == verdict(after, source))
            << "source " << source << ", seed " << seed;
      }
    };
    const SourceRuleChanges changes = dataplane::find_changes(before, after);
    for (const SourceRuleRow& row : changes.put) {
      put(now, row);
      check();
    }
    for (const SourceRuleKey& key : changes.remove) {
      std::erase_if(now, [&](const SourceRuleRow& one) { return one.first == key; });
      check();
    }
    EXPECT_EQ(now.size(), after.size());
    const SourceRuleChanges none = dataplane::find_changes(now, after);
    EXPECT_TRUE(none.put.empty() && none.remove.empty());
  }
}

}  // namespace
}  // namespace sipward::test
