// SPDX-License-Identifier: Apache-2.0
#include "agent/ops/event_ledger.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace sipward::ops {
namespace {

using namespace std::chrono_literals;

TEST(EventLedger, CountsAllAndKeepsTheLast) {
  EventLedger ledger;
  const WallTime start{};
  for (std::size_t i = 0; i < EventLedger::kKept + 10; ++i) {
    ledger.record({.kind = ims::EventKind::kUnbound,
                   .flow = {},
                   .impi = std::to_string(i),
                   .impu = {},
                   .detail = {}},
                  start + i * 1s);
  }
  EXPECT_EQ(ledger.count(ims::EventKind::kUnbound), EventLedger::kKept + 10);
  EXPECT_EQ(ledger.count(ims::EventKind::kRegistered), 0U);
  ASSERT_EQ(ledger.recent().size(), EventLedger::kKept);
  EXPECT_EQ(ledger.recent().front().event.impi, "10");
  EXPECT_EQ(ledger.recent().front().at, start + 10s);
  EXPECT_EQ(ledger.recent().front().sequence, 11U);
  EXPECT_EQ(ledger.first(), 11U);
  EXPECT_EQ(ledger.last(), EventLedger::kKept + 10);
}

TEST(EventLedger, AnEmptyOneHasNumbersToo) {
  const EventLedger ledger;
  EXPECT_EQ(ledger.first(), 1U);
  EXPECT_EQ(ledger.last(), 0U);
}

TEST(EventLedger, DoesNotKeepAStrangersLongestHeader) {
  EventLedger ledger;
  ledger.record({.kind = ims::EventKind::kMalformed,
                 .flow = {},
                 .impi = {},
                 .impu = {},
                 .detail = std::string(8'192, 'x')},
                {});
  EXPECT_EQ(ledger.recent().front().event.detail.size(), 256U);
}

}  // namespace
}  // namespace sipward::ops
