// SPDX-License-Identifier: Apache-2.0
#include "agent/ops/gate_event_ledger.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <string_view>

namespace sipward::ops {
namespace {

using namespace std::chrono_literals;

ims::GateEvent from(std::string_view source) {
  ims::GateEvent event;
  event.reason = "unbound";
  event.source = *sip::Endpoint::parse(source);
  return event;
}

/// Events 1 to `count`, in turn from port 1 and 2 of one host and port 1 of another.
GateEventLedger filled(std::size_t count) {
  constexpr std::string_view kSources[] = {"203.0.113.7:1", "203.0.113.7:2", "[2001:db8::7]:1"};
  GateEventLedger ledger;
  for (std::size_t i = 0; i < count; ++i) ledger.record(from(kSources[i % 3]), WallTime{i * 1s});
  return ledger;
}

std::string sequences(const GateEventLedger::Entries& entries) {
  std::string text;
  for (const auto* entry : entries) text += std::to_string(entry->sequence) + " ";
  return text;
}

sip::Endpoint any_port(std::string_view ip) { return {.ip = *sip::IpAddress::parse(ip)}; }

struct Asked {
  const char* name;
  GateEventLedger::Query query;
  const char* expected;
};
class FindGateEvents : public testing::TestWithParam<Asked> {};

TEST_P(FindGateEvents, InOrder) {
  const GateEventLedger ledger = filled(9);
  EXPECT_EQ(sequences(ledger.find(GetParam().query)), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, FindGateEvents,
    testing::Values(
        Asked{"All", {}, "1 2 3 4 5 6 7 8 9 "}, Asked{"After", {.after = 7}, "8 9 "},
        Asked{"AfterTheLast", {.after = 9}, ""}, Asked{"AfterTheFuture", {.after = 90}, ""},
        Asked{"APage", {.after = 2, .limit = 3}, "3 4 5 "},
        Asked{"OfAnAddress", {.source = any_port("203.0.113.7")}, "1 2 4 5 7 8 "},
        Asked{"OfAPort", {.after = 1, .source = sip::Endpoint::parse("203.0.113.7:1")}, "4 7 "},
        Asked{"OfNobody", {.source = any_port("203.0.113.9")}, ""},
        Asked{"Nothing", {.limit = 0}, ""}),
    [](const auto& row) { return row.param.name; });

TEST(GateEventLedger, KeepsTheLastAndItsNumbersGoOn) {
  const GateEventLedger ledger = filled(GateEventLedger::kKept + 5);
  EXPECT_EQ(ledger.find({}).size(), GateEventLedger::kKept);
  EXPECT_EQ(ledger.first(), 6U);
  EXPECT_EQ(ledger.last(), GateEventLedger::kKept + 5);
  EXPECT_EQ(ledger.find({}).front()->sequence, 6U);
  EXPECT_EQ(ledger.find({}).front()->at, WallTime{5s});
}

TEST(GateEventLedger, AnEmptyOneHasNumbersToo) {
  const GateEventLedger ledger;
  EXPECT_EQ(ledger.first(), 1U);
  EXPECT_EQ(ledger.last(), 0U);
  EXPECT_TRUE(ledger.find({}).empty());
}

TEST(GateEventLedger, TellsTheLastTenOfASource) {
  const GateEventLedger ledger = filled(60);
  EXPECT_EQ(sequences(ledger.last_of(any_port("2001:db8::7"))), "33 36 39 42 45 48 51 54 57 60 ");
  EXPECT_EQ(sequences(ledger.last_of(*sip::Endpoint::parse("203.0.113.7:2"))),
            "32 35 38 41 44 47 50 53 56 59 ");
  EXPECT_TRUE(ledger.last_of(*sip::Endpoint::parse("203.0.113.7:3")).empty());
}

TEST(GateEventLedger, KeepsTheHeadOfAFrame) {
  GateEventLedger ledger;
  ims::GateEvent event;
  event.frame.assign(9'000, 'x');
  ledger.record(event, {});
  EXPECT_EQ(ledger.find({}).front()->event.frame.size(), GateEventLedger::kFrame);
}

}  // namespace
}  // namespace sipward::ops
