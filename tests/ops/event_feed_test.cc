// SPDX-License-Identifier: Apache-2.0
#include "agent/ops/event_feed.h"

#include <gtest/gtest.h>

#include <string>

namespace sipward::ops {
namespace {

using Json = nlohmann::json;
using Where = EventFeed::Where;

/// The daemon's end: numbers `first` to `last` are kept, each at that time.
struct List {
  std::uint64_t first = 1;
  std::uint64_t last = 0;
  std::uint64_t lost = 0;
  std::string run = "a";
  std::uint64_t page = 100;

  [[nodiscard]] Json answer(const Json& params) const {
    Json events = Json::array();
    std::uint64_t next = std::max(first, params["after"].get<std::uint64_t>() + 1);
    for (; next <= last && events.size() < page; ++next) {
      events.push_back({{"sequence", next}, {"unix_ns", next}});
    }
    return {{"run", run},   {"first", first},   {"last", last},
            {"lost", lost}, {"events", events}, {"more", next <= last}};
  }
};

void ask(EventFeed& feed, Where where, const List& list) {
  while (feed.take(where, list.answer(feed.params(where)))) {
  }
}

/// `g3` is number 3 of the gate.
std::string drained(EventFeed& feed) {
  std::string text;
  for (const Json& event : feed.drain()) {
    text += event["where"].get<std::string>().substr(0, 1) + event["sequence"].dump() + " ";
  }
  return text;
}

TEST(EventFeed, TakesEachEventOnce) {
  EventFeed feed;
  ask(feed, Where::kGate, {.last = 3});
  EXPECT_EQ(drained(feed), "g1 g2 g3 ");
  ask(feed, Where::kGate, {.last = 3});
  EXPECT_EQ(drained(feed), "");
  ask(feed, Where::kGate, {.last = 5});
  EXPECT_EQ(drained(feed), "g4 g5 ");
  EXPECT_EQ(feed.drain_missing(Where::kGate), 0U);
}

TEST(EventFeed, TakesPages) {
  EventFeed feed;
  ask(feed, Where::kGate, {.last = 7, .page = 3});
  EXPECT_EQ(drained(feed), "g1 g2 g3 g4 g5 g6 g7 ");
}

TEST(EventFeed, JoinsBothByTime) {
  EventFeed feed;
  ask(feed, Where::kDaemon, {.last = 3});
  ask(feed, Where::kGate, {.first = 2, .last = 4});
  EXPECT_EQ(drained(feed), "d1 d2 g2 d3 g3 g4 ");
}

TEST(EventFeed, CountsWhatWasOverwrittenBeforeItWasRead) {
  EventFeed feed;
  ask(feed, Where::kDaemon, {.first = 40, .last = 50});
  EXPECT_EQ(feed.drain_missing(Where::kDaemon), 0U) << "what was before is history";
  ask(feed, Where::kDaemon, {.first = 54, .last = 55});
  EXPECT_EQ(feed.drain_missing(Where::kDaemon), 3U);
  EXPECT_EQ(feed.drain_missing(Where::kDaemon), 0U);
}

TEST(EventFeed, CountsWhatTheGateCouldNotTell) {
  EventFeed feed;
  ask(feed, Where::kGate, {.last = 1, .lost = 5});
  EXPECT_EQ(feed.drain_missing(Where::kGate), 5U);
  ask(feed, Where::kGate, {.last = 1, .lost = 7});
  EXPECT_EQ(feed.drain_missing(Where::kGate), 2U);
  ask(feed, Where::kGate, {.last = 1, .lost = 0});  // new maps count anew
  ask(feed, Where::kGate, {.last = 1, .lost = 1});
  EXPECT_EQ(feed.drain_missing(Where::kGate), 1U);
}

TEST(EventFeed, ADaemonThatStartedAnewIsReadFromItsStart) {
  EventFeed feed;
  ask(feed, Where::kGate, {.last = 3});
  drained(feed);
  ask(feed, Where::kGate, {.last = 5, .run = "b"});
  EXPECT_EQ(drained(feed), "g1 g2 g3 g4 g5 ");
  ask(feed, Where::kGate, {.first = 3, .last = 4, .run = "c"});
  EXPECT_EQ(drained(feed), "g3 g4 ");
  EXPECT_EQ(feed.drain_missing(Where::kGate), 2U);
}

TEST(EventFeed, AsksForFramesOfTheGateOnly) {
  const EventFeed feed(true);
  EXPECT_EQ(feed.params(Where::kGate), (Json{{"after", 0}, {"frames", true}}));
  EXPECT_EQ(feed.params(Where::kDaemon), (Json{{"after", 0}}));
  EXPECT_EQ(EventFeed().params(Where::kGate), (Json{{"after", 0}}));
  EXPECT_EQ(EventFeed::method(Where::kGate), "gate.events");
  EXPECT_EQ(EventFeed::method(Where::kDaemon), "events.recent");
}

TEST(EventFeed, ADaemonOfAnotherVersionNeitherCrashesNorHoldsIt) {
  EventFeed feed;
  const Json negative{{"sequence", -1}, {"unix_ns", "x"}};
  for (const Json& odd :
       {Json::object(), Json{{"more", true}, {"first", -3}}, Json{{"events", 7}, {"more", true}},
        Json{{"events", Json::array({negative, 7})}, {"more", true}}}) {
    EXPECT_FALSE(feed.take(Where::kGate, odd)) << odd;
  }
  EXPECT_EQ(drained(feed), "");
}

}  // namespace
}  // namespace sipward::ops
