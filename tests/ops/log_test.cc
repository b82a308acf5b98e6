// SPDX-License-Identifier: Apache-2.0
#include "agent/ops/log.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

namespace sipward::ops {
namespace {

using namespace std::chrono_literals;

/// A log whose lines can be read, at a time that the test sets.
struct Desk {
  explicit Desk(Log::Limits limits = {.level = LogLevel::kDebug, .rate = 3})
      : log(limits, [this](const LogRecord& record) { records.push_back(record); }) {}

  void event(ims::EventKind kind, std::string impi = {}, std::string detail = {}) {
    log.event({.kind = kind,
               .flow = flow,
               .impi = std::move(impi),
               .impu = {},
               .detail = std::move(detail)},
              now);
  }
  [[nodiscard]] std::vector<std::string> texts() const {
    std::vector<std::string> out;
    for (const LogRecord& record : records) out.push_back(record.text);
    return out;
  }

  std::vector<LogRecord> records;
  Log log;
  sip::Time now = sip::Time(1h);
  sip::Flow flow{.transport = sip::Transport::kUdp,
                 .local = *sip::Endpoint::parse("198.51.100.10:5060"),
                 .remote = *sip::Endpoint::parse("203.0.113.7:5060")};
};

TEST(Log, OneLineForEachEvent) {
  Desk desk;
  desk.log.event({.kind = ims::EventKind::kOverwritten,
                  .flow = desk.flow,
                  .impi = "bob_priv@home1.example",
                  .impu = "sip:bob@home1.example",
                  .detail = "was alice"},
                 desk.now);
  ASSERT_EQ(desk.records.size(), 1U);
  EXPECT_EQ(desk.records[0].level, LogLevel::kNotice);
  EXPECT_EQ(desk.records[0].text,
            "event=overwritten flow=udp/203.0.113.7:5060 impi=bob_priv@home1.example "
            "impu=sip:bob@home1.example detail=\"was alice\"");
  EXPECT_EQ(desk.records[0].fields.front(),
            (std::pair<std::string, std::string>("SIPWARD_EVENT", "overwritten")));
}

TEST(Log, AStrangersWordsStayInTheirField) {
  Desk desk;
  desk.event(ims::EventKind::kMalformed, "x\nerror event=registered", "a\" impi=root");
  EXPECT_EQ(desk.records[0].text,
            "event=malformed flow=udp/203.0.113.7:5060 "
            "impi=\"x\\x0aerror event=registered\" detail=\"a\\\" impi=root\"");
  for (const auto& [name, value] : desk.records[0].fields) {
    EXPECT_EQ(value.find('\n'), std::string::npos) << name;
  }
}

TEST(Log, BoundsTheLengthOfAValue) {
  Desk desk;
  desk.event(ims::EventKind::kMalformed, std::string(10'000, 'x'));
  EXPECT_LT(desk.records[0].text.size(), Log::kMaxValue + 100);
}

TEST(Log, CountsWhatIsOverTheRateAndTellsIt) {
  Desk desk;
  for (int i = 0; i < 10; ++i) desk.event(ims::EventKind::kUnbound);
  EXPECT_EQ(desk.records.size(), 3U);
  EXPECT_EQ(desk.log.deadline(), desk.now + 1s);
  desk.now += 999ms;
  desk.log.tick(desk.now);
  EXPECT_EQ(desk.records.size(), 3U) << "the second is not over";
  desk.now += 1ms;
  desk.log.tick(desk.now);
  ASSERT_EQ(desk.records.size(), 4U);
  EXPECT_EQ(desk.records.back().text, "event=unbound suppressed=7");
  EXPECT_EQ(desk.log.deadline(), std::nullopt);
}

TEST(Log, TheNextEventTellsWhatWasSuppressedBefore) {
  Desk desk;
  for (int i = 0; i < 5; ++i) desk.event(ims::EventKind::kUnbound);
  desk.now += 5s;
  desk.event(ims::EventKind::kUnbound);
  ASSERT_EQ(desk.records.size(), 5U);
  EXPECT_EQ(desk.texts()[3], "event=unbound suppressed=2");
  EXPECT_EQ(desk.texts()[4], "event=unbound flow=udp/203.0.113.7:5060");
}

TEST(Log, AFloodOfOneKindDoesNotHideAnother) {
  Desk desk;
  for (int i = 0; i < 100; ++i) desk.event(ims::EventKind::kUnbound);
  desk.event(ims::EventKind::kOverwritten);
  EXPECT_EQ(desk.texts().back(), "event=overwritten flow=udp/203.0.113.7:5060");
}

TEST(Log, LeavesOutWhatIsBelowTheLevel) {
  Desk desk({.level = LogLevel::kWarning, .rate = 3});
  desk.log.say(LogLevel::kInfo, "no");
  desk.event(ims::EventKind::kRegistered);
  desk.log.say(LogLevel::kError, "yes");
  desk.event(ims::EventKind::kForgedToken);
  EXPECT_EQ(desk.texts(),
            (std::vector<std::string>{"yes", "event=forged-token flow=udp/203.0.113.7:5060"}));
}

}  // namespace
}  // namespace sipward::ops
