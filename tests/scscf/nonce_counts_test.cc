// SPDX-License-Identifier: Apache-2.0
#include "agent/scscf/nonce_counts.h"

#include <gtest/gtest.h>

#include <vector>

namespace sipward::scscf {
namespace {

using Use = NonceCounts::Use;
using std::chrono::seconds;

const sip::Time kNow = sip::Time(std::chrono::hours(5));

Nonces::Check fresh(std::uint64_t id, sip::Time expires = kNow + seconds(300)) {
  return {.verdict = Nonces::Verdict::kFresh, .id = id, .expires = expires};
}

TEST(NonceCount, IsEightHexDigitsAboveZero) {
  struct Row {
    const char* text;
    std::optional<std::uint32_t> value;
  };
  for (const Row& row :
       {Row{"00000001", 1}, Row{"0000000a", 10}, Row{"0000000A", 10}, Row{"ffffffff", 0xffffffff},
        Row{"00000000", std::nullopt}, Row{"", std::nullopt}, Row{"1", std::nullopt},
        Row{"000000001", std::nullopt}, Row{"0000000g", std::nullopt},
        Row{"-0000001", std::nullopt}, Row{"+0000001", std::nullopt}, Row{" 0000001", std::nullopt},
        Row{"0x000001", std::nullopt}}) {
    EXPECT_EQ(parse_nonce_count(row.text), row.value) << row.text;
  }
}

struct CountsRow {
  const char* name;
  std::vector<std::pair<std::uint32_t, Use>> uses;
};
class NonceCountsTable : public testing::TestWithParam<CountsRow> {};

TEST_P(NonceCountsTable, EachCountOnce) {
  NonceCounts counts(10);
  std::size_t step = 0;
  for (const auto& [count, expected] : GetParam().uses) {
    EXPECT_EQ(counts.use(fresh(1), count, kNow), expected) << "step " << step;
    ++step;
  }
}

constexpr std::uint32_t kFar = 1000;
INSTANTIATE_TEST_SUITE_P(T28, NonceCountsTable,
                         testing::Values(CountsRow{"up_by_one",
                                                   {{1, Use::kAccepted},
                                                    {2, Use::kAccepted},
                                                    {3, Use::kAccepted},
                                                    {3, Use::kRepeated},
                                                    {1, Use::kRepeated}}},
                                         CountsRow{"reordered",
                                                   {{5, Use::kAccepted},
                                                    {4, Use::kAccepted},
                                                    {4, Use::kRepeated},
                                                    {5, Use::kRepeated},
                                                    {6, Use::kAccepted},
                                                    {4, Use::kRepeated},
                                                    {3, Use::kAccepted}}},
                                         CountsRow{
                                             "edge_of_the_window",
                                             {{kFar, Use::kAccepted},
                                              {kFar - NonceCounts::kWindow, Use::kAccepted},
                                              {kFar - NonceCounts::kWindow, Use::kRepeated},
                                              {kFar - NonceCounts::kWindow - 1, Use::kRepeated}}},
                                         CountsRow{"step_of_one_window",
                                                   {{1, Use::kAccepted},
                                                    {1 + NonceCounts::kWindow, Use::kAccepted},
                                                    {1, Use::kRepeated},
                                                    {2, Use::kAccepted}}},
                                         CountsRow{"step_of_one_less",
                                                   {{1, Use::kAccepted},
                                                    {NonceCounts::kWindow, Use::kAccepted},
                                                    {1, Use::kRepeated},
                                                    {2, Use::kAccepted}}},
                                         CountsRow{"leap",
                                                   {{1, Use::kAccepted},
                                                    {0xffffffff, Use::kAccepted},
                                                    {1, Use::kRepeated},
                                                    {0xffffffff, Use::kRepeated},
                                                    {0xfffffffe, Use::kAccepted}}}),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(NonceCounts, NoncesDoNotShareCounts) {
  NonceCounts counts(10);
  EXPECT_EQ(counts.use(fresh(1), 1, kNow), Use::kAccepted);
  EXPECT_EQ(counts.use(fresh(2), 1, kNow), Use::kAccepted);
}

TEST(NonceCounts, FullTableRefusesNewNoncesAndForgetsNone) {
  NonceCounts counts(2);
  EXPECT_EQ(counts.use(fresh(1), 1, kNow), Use::kAccepted);
  EXPECT_EQ(counts.use(fresh(2), 1, kNow), Use::kAccepted);
  EXPECT_EQ(counts.use(fresh(3), 1, kNow), Use::kFull);
  EXPECT_EQ(counts.use(fresh(1), 1, kNow), Use::kRepeated);
  EXPECT_EQ(counts.use(fresh(2), 2, kNow), Use::kAccepted);
}

TEST(NonceCounts, EntryLivesAsLongAsItsNonce) {
  NonceCounts counts(1);
  EXPECT_EQ(counts.use(fresh(1, kNow + seconds(10)), 1, kNow), Use::kAccepted);
  EXPECT_EQ(counts.use(fresh(1, kNow + seconds(10)), 1, kNow + seconds(10)), Use::kRepeated);
  EXPECT_EQ(counts.use(fresh(2), 1, kNow + seconds(10)), Use::kFull);
  EXPECT_EQ(counts.use(fresh(2), 1, kNow + seconds(11)), Use::kAccepted);
  EXPECT_EQ(counts.size(), 1U);
}

}  // namespace
}  // namespace sipward::scscf
