// SPDX-License-Identifier: Apache-2.0
#include "agent/dataplane/clear_blocks.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "tests/kernel/lab.h"

namespace sipward::dataplane {
namespace {

SourceRule refusing(std::string_view prefix, std::uint16_t slots) {
  return {.prefix = sip::IpPrefix::parse(prefix).value(),
          .rule = {.refused = slots, .denied = slots}};
}

bool is_clear(const ClearBlocks& blocks, std::uint32_t slot, std::string_view address) {
  const auto ip = sip::IpAddress::parse(address).value();
  const std::uint32_t block = std::uint32_t{ip.bytes()[0]} << 8 | ip.bytes()[1];
  return (blocks[sipward_block_word(slot, ip.is_v4() ? 0 : 1, block)] >> (block & 63) & 1) != 0;
}

TEST(ClearBlocks, AreThoseThatNoRuleTouches) {
  const ClearBlocks blocks = make_clear_blocks({
      refusing("0.0.0.0/0", 1),      // slot 0: nobody
      refusing("10.0.0.0/8", 0),     // but these
      refusing("10.7.0.0/16", 1),    // and not these of them
      refusing("10.8.1.0/24", 1),    // nor these few
      refusing("10.7.3.0/24", 0),    // a permitted part of a refused block
      refusing("2001:db8::/32", 2),  // slot 1
      refusing("fe80::/10", 1),
  });
  struct Row {
    const char* address;
    bool slot0;
    bool slot1;
  };
  for (const Row& row :
       {Row{"192.0.2.1", false, true}, Row{"10.1.0.1", true, true}, Row{"10.7.3.1", false, true},
        Row{"10.8.200.1", false, true}, Row{"10.9.0.1", true, true},
        Row{"2001:db8::1", true, false}, Row{"2002::1", true, true}, Row{"febf::1", false, true}}) {
    EXPECT_EQ(is_clear(blocks, 0, row.address), row.slot0) << row.address;
    EXPECT_EQ(is_clear(blocks, 1, row.address), row.slot1) << row.address;
  }
}

TEST(ClearBlocks, WithoutRulesAreAll) {
  const ClearBlocks blocks = make_clear_blocks({});
  EXPECT_TRUE(std::ranges::all_of(blocks, [](std::uint64_t word) { return word == ~0ULL; }));
}

TEST(ClearBlocks, OfNewMapsAreNone) {
  const test::GateUnderTest gate(test::test_config());
  EXPECT_EQ(write_sources(gate.pin_path(), {refusing("192.0.2.0/24", 1)}), std::nullopt);
  EXPECT_EQ(write_sources(gate.pin_path(), {}), std::nullopt);
}

/// Whatever the rules: a source that is refused is looked for.
TEST(ClearBlocks, NeverHideARefusal) {
  std::mt19937 random(20'260);
  for (int round = 0; round < 200; ++round) {
    std::vector<SourceRule> rules;
    for (int i = 0; i < 12; ++i) {
      const std::uint8_t length = static_cast<std::uint8_t>(random() % 33);
      const std::uint32_t bits =
          length == 0 ? 0
                      : static_cast<std::uint32_t>(0x0a070000U | (random() & 0xffffU)) << 0 >>
                            (32 - length) << (32 - length);
      const std::uint8_t octets[] = {
          static_cast<std::uint8_t>(bits >> 24), static_cast<std::uint8_t>(bits >> 16),
          static_cast<std::uint8_t>(bits >> 8), static_cast<std::uint8_t>(bits)};
      SourceRule rule{.prefix = {.ip = *sip::IpAddress::from_bytes(octets), .length = length}};
      rule.rule.refused = static_cast<std::uint16_t>(random() & 1);
      const bool known = std::ranges::any_of(
          rules, [&](const SourceRule& other) { return other.prefix == rule.prefix; });
      if (!known) rules.push_back(rule);
    }
    const ClearBlocks blocks = make_clear_blocks(rules);
    for (int i = 0; i < 50; ++i) {
      const std::uint8_t octets[] = {10, 7, static_cast<std::uint8_t>(random()),
                                     static_cast<std::uint8_t>(random())};
      const auto ip = *sip::IpAddress::from_bytes(octets);
      const SourceRule* longest = nullptr;
      for (const SourceRule& rule : rules) {
        if (!rule.prefix.contains(ip)) continue;
        if (longest == nullptr || rule.prefix.length > longest->prefix.length) longest = &rule;
      }
      if (longest == nullptr || longest->rule.refused == 0) continue;
      ASSERT_FALSE(is_clear(blocks, 0, ip.text())) << "round " << round << ", " << ip.text();
    }
  }
}

}  // namespace
}  // namespace sipward::dataplane
