// SPDX-License-Identifier: Apache-2.0
#include "agent/dataplane/reason_words.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "bpf/abi.h"

namespace sipward::dataplane {
namespace {

TEST(ReasonWords, EveryReasonHasANameAClassAndAMeaning) {
  ASSERT_EQ(reason_words().size(), std::size_t{SIPWARD_REASON_COUNT});
  std::set<std::string_view> names;
  for (const ReasonWords& words : reason_words()) {
    EXPECT_TRUE(names.insert(words.name).second) << words.name;
    EXPECT_FALSE(words.verdict.empty()) << words.name;
    EXPECT_FALSE(words.text.empty()) << words.name;
  }
  EXPECT_EQ(reason_words()[SIPWARD_REASON_ANCHOR_VLAN].name, "anchor_vlan");
  EXPECT_EQ(reason_words()[SIPWARD_REASON_ANCHOR_VLAN].verdict, "spoofed");
}

TEST(ReasonWords, TheMeaningSaysWhetherItPasses) {
  for (std::uint32_t reason = 0; reason < SIPWARD_REASON_COUNT; ++reason) {
    const ReasonWords& words = reason_words()[reason];
    if (reason == SIPWARD_REASON_TAG_FAILED) continue;  // passes in monitor mode only
    const char* begins = sipward_refuses(reason) != 0 ? "refused: " : "passed";
    EXPECT_TRUE(words.text.starts_with(begins)) << words.name;
  }
}

}  // namespace
}  // namespace sipward::dataplane
