// SPDX-License-Identifier: Apache-2.0
// Strangers' budgets: per source (/32, /64) and all together, for each class by itself.
#include <gtest/gtest.h>
#include <linux/bpf.h>

#include <string>

#include "tests/kernel/lab.h"

namespace sipward::test {
namespace {

constexpr std::string_view kRegister = "REGISTER sip:home1.example SIP/2.0\r\n";
constexpr std::string_view kSos = "INVITE urn:service:sos SIP/2.0\r\n";
constexpr std::uint32_t kFew = 3;  // a second apart from the next: the tests take milliseconds
constexpr std::uint32_t kMany = 1'000'000;

dataplane::GateConfig with_register_budget(std::uint32_t per_source, std::uint32_t total) {
  auto config = test_config();
  config.register_budget = {.per_source = per_source, .total = total};
  return config;
}

Frame register_from(std::string_view source) {
  return Packet()
      .ip(source, source.find(':') == std::string_view::npos ? kGate4 : kGate6)
      .udp(kUePort, kSip)
      .payload(kRegister);
}

void spend(GateUnderTest& gate, const Frame& frame, std::uint32_t times, const char* counted) {
  for (std::uint32_t i = 0; i < times; ++i) ASSERT_EQ(gate.run(frame).counted, counted);
}

TEST(Budget, ASourceHasItsOwn) {
  GateUnderTest gate(with_register_budget(kFew, kMany));
  spend(gate, register_from("203.0.113.7"), kFew, "register_admitted");
  const Outcome over = gate.run(register_from("203.0.113.7"));
  EXPECT_EQ(over.counted, "register_limited");
  EXPECT_EQ(over.action, XDP_DROP);
  EXPECT_EQ(gate.run(register_from("203.0.113.8")).counted, "register_admitted");
}

TEST(Budget, OfAnIpv6SiteIsOneForItsSlash64) {
  GateUnderTest gate(with_register_budget(kFew, kMany));
  spend(gate, register_from("2001:db8:7::7"), kFew, "register_admitted");
  EXPECT_EQ(gate.run(register_from("2001:db8:7:0:ffff::1")).counted, "register_limited");
  EXPECT_EQ(gate.run(register_from("2001:db8:7:1::7")).counted, "register_admitted");
}

TEST(Budget, OfAllSourcesTogether) {
  GateUnderTest gate(with_register_budget(kMany, kFew));
  for (std::uint32_t i = 0; i < kFew; ++i) {
    const std::string source = "203.0.113." + std::to_string(i + 1);
    ASSERT_EQ(gate.run(register_from(source)).counted, "register_admitted");
  }
  EXPECT_EQ(gate.run(register_from("203.0.113.99")).counted, "register_flood");
  EXPECT_EQ(gate.run(register_from("2001:db8:7::7")).counted, "register_flood");
}

TEST(Budget, OfZeroAdmitsNobody) {
  GateUnderTest none_per_source(with_register_budget(0, kMany));
  EXPECT_EQ(none_per_source.run(register_from(kUe4)).counted, "register_limited");
  GateUnderTest none_at_all(with_register_budget(kMany, 0));
  EXPECT_EQ(none_at_all.run(register_from(kUe4)).counted, "register_flood");
}

TEST(Budget, AFloodOfOneSourceLeavesTheOthersTheirs) {
  GateUnderTest gate(with_register_budget(kFew, 2 * kFew));
  spend(gate, register_from("203.0.113.7"), kFew, "register_admitted");
  spend(gate, register_from("203.0.113.7"), 1'000, "register_limited");
  spend(gate, register_from("203.0.113.8"), kFew, "register_admitted");
}

TEST(Budget, OfTheClassesAreApart) {
  auto config = test_config();
  config.emergency = true;
  config.register_budget = {.per_source = 0, .total = 0};
  config.keepalive_budget = {.per_source = 1, .total = kMany};
  config.emergency_budget = {.per_source = kMany, .total = 1};
  GateUnderTest gate(config);
  EXPECT_EQ(gate.run(from_ue4(kRegister)).counted, "register_limited");
  EXPECT_EQ(gate.run(from_ue4("\r\n")).counted, "keepalive_admitted");
  EXPECT_EQ(gate.run(from_ue4("\r\n")).counted, "keepalive_limited");
  EXPECT_EQ(gate.run(from_ue4(kSos)).counted, "emergency_admitted");
  EXPECT_EQ(gate.run(from_ue4(kSos)).counted, "emergency_flood");
}

TEST(Budget, OfLaterFragmentsIsOnePerSourceAndOneForAll) {
  auto config = test_config();
  config.fragment_budget = {.per_source = kFew, .total = kFew + 1};
  GateUnderTest gate(config);
  for (const std::string_view source : {"203.0.113.7", "203.0.113.8", "203.0.113.9"}) {
    ASSERT_EQ(gate.bindings().install(row({.ip = source, .port = 0})),
              dataplane::InstallStatus::kInstalled);
  }
  const auto later = [](std::string_view source) {
    return from_ue4("x").ip(source, kGate4).fragment(1'480, false).without_udp_header();
  };
  spend(gate, later("203.0.113.7"), kFew, "fragment_admitted");
  spend(gate, later("203.0.113.7"), 1, "fragment_limited");
  spend(gate, later("203.0.113.8"), 1, "fragment_admitted");
  spend(gate, later("203.0.113.9"), 1, "fragment_flood");
  spend(gate, later("203.0.113.99"), 10, "fragment_unbound");
  EXPECT_EQ(gate.run(from_ue4("x")).counted, "bound") << "whole packets have none";
}

TEST(Budget, OfLaterFragmentsGrowsWithTheRowsOfANat) {
  auto config = test_config();
  config.fragment_budget = {.per_source = 1, .total = kMany};
  GateUnderTest gate(config);
  for (std::uint16_t port = 1; port <= kFew; ++port) {
    ASSERT_EQ(gate.bindings().install(row({.port = port})), dataplane::InstallStatus::kInstalled);
  }
  const Frame later = from_ue4("x").fragment(1'480, false).without_udp_header();
  spend(gate, later, kFew, "fragment_admitted");
  EXPECT_EQ(gate.run(later).counted, "fragment_limited");
}

TEST(Budget, FillsAgainWithTime) {
  constexpr std::uint32_t kRate = 200;  // one every 5 ms
  GateUnderTest gate(with_register_budget(kRate, kMany));
  const Frame frame = register_from(kUe4);
  while (gate.run(frame).counted == "register_admitted") {
  }
  const std::uint64_t before = gate.packets("register_admitted");
  EXPECT_GE(before, kRate);
  // Runs of frames take microseconds each: the clock moves on without a sleep.
  for (int i = 0; i < 5'000'000 && gate.packets("register_admitted") == before; ++i) {
    gate.repeat(frame, 100);
  }
  EXPECT_GT(gate.packets("register_admitted") + gate.packets("tag_failed"), before);
}

TEST(Budget, IsFullAfterAQuietSecond) {
  GateUnderTest gate(with_register_budget(kFew, kMany));
  spend(gate, register_from(kUe4), kFew, "register_admitted");
  EXPECT_EQ(gate.run(register_from(kUe4)).counted, "register_limited");
  gate.refill_budgets();
  spend(gate, register_from(kUe4), kFew, "register_admitted");
  EXPECT_EQ(gate.run(register_from(kUe4)).counted, "register_limited");
}

TEST(Budget, IsNothingToABoundSource) {
  GateUnderTest gate(with_register_budget(0, 0));
  ASSERT_EQ(gate.bindings().install(row({})), dataplane::InstallStatus::kInstalled);
  spend(gate, from_ue4(kRegister), 100, "bound");
}

TEST(Budget, InMonitorModeIsCountedAndNothingIsDropped) {
  auto config = with_register_budget(0, kMany);
  config.mode = dataplane::Mode::kMonitor;
  GateUnderTest gate(config);
  const Outcome over = gate.run(from_ue4(kRegister));
  EXPECT_EQ(over.counted, "register_limited");
  EXPECT_EQ(over.action, XDP_PASS);
  EXPECT_EQ(over.mark, sipward_mark(SIPWARD_VERDICT_UNBOUND, 0));
}

}  // namespace
}  // namespace sipward::test
