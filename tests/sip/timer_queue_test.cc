// SPDX-License-Identifier: Apache-2.0
#include "sip/timer_queue.h"

#include <gtest/gtest.h>

namespace sipward::sip {
namespace {

using std::chrono::seconds;

constexpr Time at(int second) { return Time(seconds(second)); }

TEST(TimerQueue, EmptyIsNeverDue) {
  TimerQueue<int> queue;
  EXPECT_EQ(queue.next(), std::nullopt);
  EXPECT_EQ(queue.pop_due(at(1'000)), std::nullopt);
}

TEST(TimerQueue, KeysComeInTheOrderOfTheirDeadlines) {
  TimerQueue<int> queue;
  queue.set(1, at(30));
  queue.set(2, at(10));
  queue.set(3, at(20));
  EXPECT_EQ(queue.next(), at(10));
  EXPECT_EQ(queue.pop_due(at(9)), std::nullopt);
  EXPECT_EQ(queue.pop_due(at(25)), 2);
  EXPECT_EQ(queue.pop_due(at(25)), 3);
  EXPECT_EQ(queue.pop_due(at(25)), std::nullopt);
  EXPECT_EQ(queue.next(), at(30));
}

TEST(TimerQueue, ANewDeadlineTakesThePlaceOfTheOldOne) {
  TimerQueue<int> queue;
  queue.set(1, at(10));
  queue.set(1, at(20));
  EXPECT_EQ(queue.size(), 1U);
  EXPECT_EQ(queue.pop_due(at(15)), std::nullopt);
  EXPECT_EQ(queue.pop_due(at(20)), 1);
  EXPECT_EQ(queue.size(), 0U);
}

TEST(TimerQueue, NoDeadlineRemovesTheKey) {
  TimerQueue<int> queue;
  queue.set(1, at(10));
  queue.set(1, std::nullopt);
  queue.set(2, std::nullopt);
  EXPECT_EQ(queue.size(), 0U);
  EXPECT_EQ(queue.next(), std::nullopt);
}

TEST(TimerQueue, AKeyThatWasTakenCanBeSetAgain) {
  TimerQueue<int> queue;
  queue.set(1, at(10));
  ASSERT_EQ(queue.pop_due(at(10)), 1);
  queue.set(1, at(10));
  EXPECT_EQ(queue.pop_due(at(10)), 1);
}

TEST(Earlier, TakesTheOneThatIsThere) {
  EXPECT_EQ(earlier(std::nullopt, std::nullopt), std::nullopt);
  EXPECT_EQ(earlier(at(1), std::nullopt), at(1));
  EXPECT_EQ(earlier(std::nullopt, at(2)), at(2));
  EXPECT_EQ(earlier(at(2), at(1)), at(1));
}

}  // namespace
}  // namespace sipward::sip
