// SPDX-License-Identifier: Apache-2.0
#include "agent/node/gate_events.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "tests/net/loop.h"
#include "tests/node/ring_model.h"

namespace sipward::node {
namespace {

using namespace std::chrono_literals;
using net::run_until;

/// A reader with its ring.
struct Bench {
  explicit Bench(std::size_t waiting = 0) {
    auto model = std::make_unique<RingModel>();
    ring = model.get();
    for (std::size_t i = 0; i < waiting; ++i) ring->put({});
    events.emplace(io, std::move(model));
    events->start();
  }

  net::asio::io_context io;
  RingModel* ring = nullptr;
  std::optional<GateEvents> events;
};

TEST(GateEvents, ReadsWhatIsThereAndWhatComes) {
  Bench bench(2);
  EXPECT_TRUE(run_until(bench.io, [&] { return bench.events->ledger().last() == 2; }));
  bench.ring->put({});
  EXPECT_TRUE(run_until(bench.io, [&] { return bench.events->ledger().last() == 3; }));
}

TEST(GateEvents, AFloodLeavesTheLoopToOthers) {
  Bench bench(5 * GateEvents::kAtOnce);
  std::size_t seen_before_mine = 0;
  const auto look = [&] { return bench.events->ledger().last(); };
  EXPECT_TRUE(run_until(bench.io, [&] { return look() != 0; }));
  net::asio::post(bench.io, [&] { seen_before_mine = look(); });
  EXPECT_TRUE(run_until(bench.io, [&] { return seen_before_mine != 0; }));
  EXPECT_LE(seen_before_mine, 2 * GateEvents::kAtOnce);
  EXPECT_TRUE(run_until(bench.io, [&] { return look() == 5 * GateEvents::kAtOnce; }));
  EXPECT_EQ(bench.ring->largest_limit, GateEvents::kAtOnce);
}

TEST(GateEvents, TellsTheTimeOnTheWall) {
  Bench bench;
  ims::GateEvent event;
  event.at = std::chrono::steady_clock::now() - 1h;
  bench.ring->put(event);
  EXPECT_TRUE(run_until(bench.io, [&] { return bench.events->ledger().last() == 1; }));
  const auto ago = std::chrono::system_clock::now() - bench.events->ledger().find({}).front()->at;
  EXPECT_GE(ago, 59min);
  EXPECT_LT(ago, 2h);
}

TEST(GateEvents, GoesOnWithAnotherRing) {
  Bench bench(3);
  auto next = std::make_unique<RingModel>();
  RingModel* ring = next.get();
  ring->put({});
  bench.events->replace(std::move(next));
  EXPECT_EQ(bench.events->ledger().last(), 3U) << "what was left in the old one";
  EXPECT_TRUE(run_until(bench.io, [&] { return bench.events->ledger().last() == 4; }));
  ring->put({});
  EXPECT_TRUE(run_until(bench.io, [&] { return bench.events->ledger().last() == 5; }));
  bench.events->replace(nullptr);
  EXPECT_FALSE(bench.events->has_source());
}

TEST(GateEvents, WithoutASourceThereAreNone) {
  net::asio::io_context io;
  GateEvents events(io, nullptr);
  events.start();
  EXPECT_EQ(io.run(), 0U) << "nothing to wait for";
  EXPECT_FALSE(events.has_source());
  EXPECT_EQ(events.lost(), 0U);
  EXPECT_EQ(events.interface_name(3), "slot 3");
}

TEST(GateEvents, NamesInterfaces) {
  Bench bench;
  EXPECT_EQ(bench.events->interface_name(RingModel::kSlot), "eth1");
  EXPECT_EQ(bench.events->interface_name(RingModel::kSlot + 1), "slot 3");
}

}  // namespace
}  // namespace sipward::node
