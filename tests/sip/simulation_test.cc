// SPDX-License-Identifier: Apache-2.0
#include "tests/sip/simulation.h"

#include <gtest/gtest.h>

#include "tests/sip/user_agents.h"

namespace sipward::sip::simulation {
namespace {

using namespace std::chrono_literals;

constexpr Time kBegin{1h};

Endpoint at(std::string_view text) { return Endpoint::parse(text).value(); }

/// Calls of every kind, spread over half a minute.
std::vector<Call> make_calls(std::size_t count) {
  const Call kinds[] = {
      {.method = "MESSAGE", .user = "answer"},
      {.method = "INVITE", .user = "answer"},
      {.method = "INVITE", .user = "busy"},
      {.method = "INVITE", .user = "ring", .cancel_after = 3s},
      {.method = "MESSAGE", .user = "all-answer"},
      {.method = "INVITE", .user = "all-answer"},
      {.method = "INVITE", .user = "all-busy"},
      {.method = "INVITE", .user = "all-ring", .cancel_after = 4s},
      {.method = "INVITE", .user = "answer", .cancel_after = 1s},
  };
  std::vector<Call> calls;
  for (std::size_t i = 0; i < count; ++i) {
    calls.push_back(kinds[i % std::size(kinds)]);
    calls.back().start = i * 30s / count;
  }
  return calls;
}

/// Alice, a proxy, and two callees.
struct World {
  World(std::uint64_t seed, const Link& link, std::vector<Call> calls)
      : network(seed, link),
        alice({.address = at("203.0.113.7:5060"), .proxy = at("192.0.2.10:5060")}, std::move(calls),
              kBegin),
        proxy(at("192.0.2.10:5060"), {at("192.0.2.21:5060"), at("192.0.2.22:5060")}, seed + 1),
        bob(at("192.0.2.21:5060"), seed + 2),
        phone(at("192.0.2.22:5060"), seed + 3) {
    network.attach(at("203.0.113.7:5060"), alice);
    network.attach(at("192.0.2.10:5060"), proxy);
    network.attach(at("192.0.2.21:5060"), bob);
    network.attach(at("192.0.2.22:5060"), phone);
  }

  [[nodiscard]] bool run() { return network.run(kBegin, kBegin + 1h); }

  Network network;
  Caller alice;
  PlainProxy proxy;
  Callee bob;
  Callee phone;
};

void expect_nothing_left(const World& world) {
  for (const Transactions* table : {&world.alice.transactions(), &world.proxy.transactions(),
                                    &world.bob.transactions(), &world.phone.transactions()}) {
    EXPECT_EQ(table->server_count(), 0U);
    EXPECT_EQ(table->client_count(), 0U);
    EXPECT_EQ(table->deadline(), std::nullopt);
  }
  const auto& begun = world.proxy.begun();
  EXPECT_EQ(world.proxy.done(), std::multiset<ContextId>(begun.begin(), begun.end()))
      << "each context ends exactly once";
}

/// Every transaction of the caller ends in exactly one way.
void expect_one_end(const Call& call) {
  const bool accepted = !call.finals.empty() && call.finals.begin()->starts_with("2");
  if (call.method == "INVITE" && accepted) {
    // Forked, it may be accepted more than once, but not refused as well.
    EXPECT_TRUE(call.finals.rbegin()->starts_with("2")) << call.user;
    EXPECT_LE(call.finals.size(), call.user.starts_with("all-") ? 2U : 1U) << call.user;
    EXPECT_EQ(call.timeouts, 0) << call.user;
  } else {
    EXPECT_EQ(call.finals.size() + static_cast<std::size_t>(call.timeouts), 1U)
        << call.method << ' ' << call.user;
  }
}

void expect_seen_once(const World& world) {
  const auto& calls = world.alice.calls();
  for (std::size_t i = 0; i < calls.size(); ++i) {
    const std::string id = "call-" + std::to_string(i);
    const bool forked = calls[i].user.starts_with("all-");
    EXPECT_EQ(world.bob.seen().at(id), 1) << id;
    EXPECT_EQ(world.phone.seen().contains(id), forked) << id;
  }
  for (const auto& [id, times] : world.phone.seen()) EXPECT_EQ(times, 1) << id;
}

class LossyNetwork : public testing::TestWithParam<std::uint64_t> {};

TEST_P(LossyNetwork, EveryTransactionEndsOnceAndEveryRequestIsSeenOnce) {
  const Link link{.loss = 0.2, .duplication = 0.2, .fastest = 1ms, .slowest = 300ms};
  World world(GetParam(), link, make_calls(180));
  ASSERT_TRUE(world.run()) << "it comes to rest";
  EXPECT_GT(world.network.counters().lost, 300U);
  EXPECT_GT(world.proxy.transactions().counters().retransmissions_absorbed, 100U);
  for (const Call& call : world.alice.calls()) expect_one_end(call);
  expect_seen_once(world);
  expect_nothing_left(world);
}

INSTANTIATE_TEST_SUITE_P(Seeds, LossyNetwork, testing::Range<std::uint64_t>(1, 9));

std::string expected_status(const std::string& user) {
  if (user.ends_with("busy")) return "486";
  return user.ends_with("ring") ? "487" : "200";
}

TEST(PerfectNetwork, EveryCallGetsTheAnswerItAskedFor) {
  World world(1, {}, make_calls(90));
  ASSERT_TRUE(world.run());
  for (const Call& call : world.alice.calls()) {
    expect_one_end(call);
    const std::string& final = *call.finals.begin();
    if (call.user == "answer" && call.cancel_after) continue;  // either may win
    EXPECT_EQ(final.substr(0, 3), expected_status(call.user)) << call.user;
  }
  expect_seen_once(world);
  EXPECT_EQ(world.bob.unacknowledged(), 0) << "every 2xx got its ACK";
  EXPECT_EQ(world.phone.unacknowledged(), 0);
  expect_nothing_left(world);
}

TEST(DeadNetwork, EveryTransactionTimesOut) {
  World world(1, {.loss = 1}, make_calls(90));
  ASSERT_TRUE(world.run());
  for (const Call& call : world.alice.calls()) {
    EXPECT_EQ(call.timeouts, 1);
    EXPECT_TRUE(call.finals.empty());
  }
  EXPECT_TRUE(world.bob.seen().empty());
  expect_nothing_left(world);
}

TEST(SlowNetwork, RetransmissionsOvertakeTheirAnswersAndDoNoHarm) {
  World world(7, {.fastest = 600ms, .slowest = 1900ms}, make_calls(90));
  ASSERT_TRUE(world.run());
  for (const Call& call : world.alice.calls()) expect_one_end(call);
  expect_seen_once(world);
  EXPECT_GT(world.bob.transactions().counters().retransmissions_absorbed, 90U);
  expect_nothing_left(world);
}

TEST(Network, TheSameSeedMakesTheSameHistory) {
  const Link link{.loss = 0.3, .duplication = 0.3, .fastest = 1ms, .slowest = 500ms};
  World once(42, link, make_calls(45));
  World again(42, link, make_calls(45));
  World other(43, link, make_calls(45));
  ASSERT_TRUE(once.run() && again.run() && other.run());
  EXPECT_EQ(once.network.now(), again.network.now());
  EXPECT_EQ(once.network.counters().sent, again.network.counters().sent);
  EXPECT_EQ(once.network.counters().lost, again.network.counters().lost);
  EXPECT_NE(once.network.counters().sent, other.network.counters().sent);
}

}  // namespace
}  // namespace sipward::sip::simulation
