// SPDX-License-Identifier: Apache-2.0
// Sources that do not stand in one line with strangers: challenged, known, or many behind a NAT.
#include <gtest/gtest.h>
#include <linux/bpf.h>

#include "agent/dataplane/lanes.h"
#include "agent/dataplane/row.h"
#include "tests/kernel/expectations.h"
#include "tests/kernel/lab.h"

namespace sipward::test {
namespace {

using dataplane::Lanes;

constexpr std::string_view kRegister = "REGISTER sip:home1.example SIP/2.0\r\n";
constexpr std::uint32_t kMany = 1'000'000;
constexpr std::string_view kStranger4 = "203.0.113.99";

/// Strangers' budgets are used up from the start; each lane has its own.
dataplane::GateConfig under_flood() {
  auto config = test_config();
  config.register_budget = {.per_source = kMany, .total = 0};
  config.syn_budget = config.register_budget;
  config.challenged_total = kMany;
  config.known_total = kMany;
  for (int i = 0; i < 2; ++i) {
    config.listeners.push_back(
        {.local = config.listeners[i].local, .transport = sip::Transport::kTcp});
  }
  return config;
}

sip::IpAddress ip(std::string_view text) { return sip::IpAddress::parse(text).value(); }

Frame register_from(std::string_view source) {
  return Packet()
      .ip(source, ip(source).is_v4() ? kGate4 : kGate6)
      .udp(kUePort, kSip)
      .payload(kRegister);
}
Frame syn_from(std::string_view source) {
  return Packet().ip(source, ip(source).is_v4() ? kGate4 : kGate6).tcp(kUePort, kSip, kSyn);
}

class Lane : public testing::Test {
 protected:
  void use(const dataplane::GateConfig& config) {
    gate_.emplace(config);
    auto opened = Lanes::open(gate_->pin_path());
    if (!opened) throw std::runtime_error(opened.error());
    lanes_.emplace(std::move(*opened));
  }
  void expect(const std::vector<Counted>& cases) { expect_all(*gate_, cases); }
  /// A lane that has ended, or ends then.
  void write_lane(const char* map, std::string_view source, std::uint32_t until_s) {
    sipward_source key{};
    dataplane::write_address(ip(source), key.addr);
    if (!ip(source).is_v4()) std::fill(key.addr + 8, key.addr + 16, __u8{0});
    write_element(gate_->map(map), key, sipward_lane{.until_s = until_s});
  }

  std::optional<GateUnderTest> gate_;
  std::optional<Lanes> lanes_;
};

TEST_F(Lane, OfTheChallengedPassesAFloodOfStrangers) {
  use(under_flood());
  lanes_->note_challenged(ip(kUe4));
  lanes_->note_challenged(ip(kUe6));
  expect({{"challenged", register_from(kUe4), "challenged_admitted"},
          {"challenged, IPv6", register_from(kUe6), "challenged_admitted"},
          {"of the same /64", register_from("2001:db8:7::ffff"), "challenged_admitted"},
          {"of another /64", register_from("2001:db8:7:1::7"), "register_flood"},
          {"a stranger", register_from(kStranger4), "register_flood"},
          {"a challenge is about UDP: no SYN", syn_from(kUe4), "syn_flood"},
          {"a keep-alive is no REGISTER", from_ue4("\r\n"), "keepalive_admitted"}});
}

TEST_F(Lane, OfTheKnownPassesAFloodOfStrangers) {
  use(under_flood());
  lanes_->note_bound(ip(kUe4), std::chrono::seconds(600));
  lanes_->note_bound(ip(kUe6), std::chrono::seconds(600));
  expect({{"known", register_from(kUe4), "known_admitted"},
          {"known, SYN", syn_from(kUe4), "known_admitted"},
          {"known, IPv6", register_from(kUe6), "known_admitted"},
          {"known, IPv6, SYN", syn_from(kUe6), "known_admitted"},
          {"of the same /64", syn_from("2001:db8:7:0:1::"), "known_admitted"},
          {"of another /64", register_from("2001:db8:6::7"), "register_flood"},
          {"a stranger", syn_from(kStranger4), "syn_flood"}});
}

TEST_F(Lane, OfAnAddressWithRowsIsTheKnownOne) {
  use(under_flood());
  install(*gate_, {row({.port = 9}), row({.ip = kUe6, .port = 9})});
  expect({{"another port", register_from(kUe4), "known_admitted"},
          {"SYN", syn_from(kUe4), "known_admitted"},
          {"IPv6", register_from(kUe6), "known_admitted"},
          {"rows are of an address, not of its /64", register_from("2001:db8:7::8"),
           "register_flood"}});
}

TEST_F(Lane, KnownIsAskedBeforeChallenged) {
  use(under_flood());
  lanes_->note_challenged(ip(kUe4));
  lanes_->note_bound(ip(kUe4), std::chrono::seconds(600));
  expect({{"both", register_from(kUe4), "known_admitted"}});
}

TEST_F(Lane, EndsWithItsTime) {
  use(under_flood());
  for (const std::string_view source : {kUe4, kUe6}) {
    write_lane("known", source, now_s() - 10);
    write_lane("challenged", source, now_s() - 10);
    expect({{"ended", register_from(source), "register_flood"}});
    write_lane("challenged", source, now_s() + 100);
    expect({{"goes on", register_from(source), "challenged_admitted"}});
  }
  lanes_->note_bound(ip(kStranger4), std::chrono::seconds(0));
  expect({{"remembered for no time", register_from(kStranger4), "register_flood"}});
}

TEST_F(Lane, WithoutATotalIsNone) {
  auto config = under_flood();
  config.challenged_total = 0;
  config.known_total = 0;
  use(config);
  lanes_->note_challenged(ip(kUe4));
  lanes_->note_bound(ip(kUe4), std::chrono::seconds(600));
  install(*gate_, {row({.port = 9})});
  expect({{"in line with all", register_from(kUe4), "register_flood"},
          {"in line with all, SYN", syn_from(kUe4), "syn_flood"}});
}

TEST_F(Lane, HasBudgetsOfItsOwn) {
  auto config = under_flood();
  config.register_budget.per_source = 1;
  config.syn_budget.per_source = 1;
  config.known_total = 2;
  config.challenged_total = 1;
  use(config);
  const std::string_view challenged[] = {"192.0.2.1", "192.0.2.2"};
  for (const std::string_view source : challenged) lanes_->note_challenged(ip(source));
  expect({{"challenged", register_from("192.0.2.1"), "challenged_admitted"},
          {"over its budget", register_from("192.0.2.1"), "challenged_limited"},
          {"over the lane's", register_from("192.0.2.2"), "challenged_flood"}});
  for (const char* source : {"192.0.2.11", "192.0.2.12", "192.0.2.13"}) {
    lanes_->note_bound(ip(source), std::chrono::seconds(600));
  }
  expect({{"known", register_from("192.0.2.11"), "known_admitted"},
          {"over its budget", syn_from("192.0.2.11"), "known_limited"},
          {"another", register_from("192.0.2.12"), "known_admitted"},
          {"over the lane's", register_from("192.0.2.13"), "known_flood"}});
}

/// How many REGISTERs of the address pass at once.
std::uint32_t burst_of(GateUnderTest& gate, const Frame& frame) {
  std::uint32_t passed = 0;
  while (gate.run(frame).counted == "register_admitted") ++passed;
  return passed;
}

TEST_F(Lane, OfANatIsAsWideAsItHasPortRows) {
  constexpr std::uint32_t kEach = 2;
  auto config = test_config();
  config.register_budget = {.per_source = kEach, .total = kMany};
  config.known_total = 0;
  for (const std::string_view source : {kUe4, kUe6}) {
    use(config);
    std::uint32_t expected[] = {kEach, kEach, 2 * kEach, 3 * kEach};
    for (std::uint16_t rows = 0; rows < 4; ++rows) {
      if (rows > 0) install(*gate_, {row({.ip = source, .port = rows})});
      gate_->refill_budgets();
      EXPECT_GE(burst_of(*gate_, register_from(source)), expected[rows]) << rows;
      EXPECT_EQ(gate_->run(register_from(source)).counted, "register_limited") << rows;
    }
    gate_->refill_budgets();
    install(*gate_, {row({.ip = source, .port = 0})});
    EXPECT_LT(burst_of(*gate_, register_from(source)), 5 * kEach) << "a wildcard row is one phone";
    gate_->bindings().clear();
    gate_->refill_budgets();
    EXPECT_LT(burst_of(*gate_, register_from(source)), 2 * kEach) << "as before";
  }
}

}  // namespace
}  // namespace sipward::test
