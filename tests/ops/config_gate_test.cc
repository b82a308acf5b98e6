// SPDX-License-Identifier: Apache-2.0
// The section [gate] and its tables for single interfaces.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "agent/ops/config.h"

namespace sipward::ops {
namespace {

constexpr std::string_view kBegin = R"([gate]
interfaces = ["eth1", "eth2.7"]
)";
constexpr std::string_view kEnd = R"([pcscf]
listen = ["udp:198.51.100.10:5060"]
name = "pcscf.home1.example"
visited_network = "home1.example"
upstream = "udp:10.0.0.2:5060"
core_listen = "udp:10.0.0.1:5060"
)";

/// The lines stand in [gate] from line 3 on.
sip::Result<Config, ConfigErrors> parse(std::string_view lines) {
  return parse_config(fmt::format("{}{}{}", kBegin, lines, kEnd), "t.toml");
}

GateConfig gate_of(std::string_view lines) {
  const auto config = parse(lines);
  if (config.ok()) return *config->gate;
  ADD_FAILURE() << config.error().front();
  return {};
}

std::vector<std::string> texts_of(const std::vector<sip::IpPrefix>& prefixes) {
  std::vector<std::string> texts;
  for (const sip::IpPrefix& prefix : prefixes) texts.push_back(prefix.text());
  return texts;
}

struct Number {
  std::string_view key;
  std::uint32_t GateConfig::*value;
  std::uint32_t left_out;
  std::uint32_t min;
  std::uint32_t max;
};

constexpr std::uint32_t kMaxRate = 10'000'000;

constexpr Number kNumbers[] = {
    {"syn_rate_per_source", &GateConfig::syn_rate_per_source, 20, 0, kMaxRate},
    {"syn_rate_total", &GateConfig::syn_rate_total, 5'000, 0, kMaxRate},
    {"emergency_rate_per_source", &GateConfig::emergency_rate_per_source, 5, 0, kMaxRate},
    {"emergency_rate_total", &GateConfig::emergency_rate_total, 500, 0, kMaxRate},
    {"fragment_rate_per_source", &GateConfig::fragment_rate_per_source, 200, 0, kMaxRate},
    {"fragment_rate_total", &GateConfig::fragment_rate_total, 20'000, 0, kMaxRate},
    {"challenged_rate_total", &GateConfig::challenged_rate_total, 5'000, 0, kMaxRate},
    {"recently_bound_rate_total", &GateConfig::recently_bound_rate_total, 10'000, 0, kMaxRate},
    {"recently_bound", &GateConfig::recently_bound, 3'600, 0, 604'800},
    {"suspect_after", &GateConfig::suspect_after, 3, 0, 100},
    {"event_rate", &GateConfig::event_rate, 20, 0, 10'000},
    {"heartbeat_timeout", &GateConfig::heartbeat_timeout, 5, 2, 3'600},
};

class GateNumber : public testing::TestWithParam<Number> {};

TEST_P(GateNumber, HasADefaultAndTwoEnds) {
  const Number& row = GetParam();
  EXPECT_EQ(gate_of("").*row.value, row.left_out);
  for (const std::uint32_t end : {row.min, row.max}) {
    EXPECT_EQ(gate_of(fmt::format("{} = {}\n", row.key, end)).*row.value, end);
  }
}

TEST_P(GateNumber, RefusesWhatIsBeyondItsEnds) {
  const Number& row = GetParam();
  for (const std::int64_t beyond : {std::int64_t{row.min} - 1, std::int64_t{row.max} + 1}) {
    const auto config = parse(fmt::format("{} = {}\n", row.key, beyond));
    ASSERT_FALSE(config.ok()) << beyond;
    EXPECT_EQ(config.error(),
              ConfigErrors{fmt::format(
                  "t.toml:3:{}: key 'gate.{}': expected an integer from {} to {}, got {}",
                  row.key.size() + 4, row.key, row.min, row.max, beyond)});
  }
}

INSTANTIATE_TEST_SUITE_P(Rows, GateNumber, testing::ValuesIn(kNumbers),
                         [](const auto& row) { return std::string(row.param.key); });

TEST(ConfigGate, WordsAreRead) {
  using enum GateConfig::Fragments;
  EXPECT_EQ(gate_of("").fragments, kSource);
  EXPECT_EQ(gate_of("fragments = \"source\"\n").fragments, kSource);
  EXPECT_EQ(gate_of("fragments = \"track\"\n").fragments, kTrack);
  EXPECT_EQ(gate_of("fragments = \"drop\"\n").fragments, kDrop);
  EXPECT_EQ(gate_of("").suspect, GateConfig::Suspect::kRefuse);
  EXPECT_EQ(gate_of("suspect = \"refuse\"\n").suspect, GateConfig::Suspect::kRefuse);
  EXPECT_EQ(gate_of("suspect = \"tag\"\n").suspect, GateConfig::Suspect::kTag);
}

TEST(ConfigGate, WordsOfThePolicyAreRead) {
  using enum InterfacePolicy::FailMode;
  EXPECT_EQ(gate_of("fail_mode = \"closed\"\n").policy.fail_mode, kClosed);
  EXPECT_EQ(gate_of("fail_mode = \"hold\"\n").policy.fail_mode, kHold);
  EXPECT_EQ(gate_of("fail_mode = \"open\"\n").policy.fail_mode, kOpen);
  using enum InterfacePolicy::ReversePath;
  EXPECT_EQ(gate_of("reverse_path = \"off\"\n").policy.reverse_path, kOff);
  EXPECT_EQ(gate_of("reverse_path = \"loose\"\n").policy.reverse_path, kLoose);
  EXPECT_EQ(gate_of("reverse_path = \"strict\"\n").policy.reverse_path, kStrict);
}

TEST(ConfigGate, PolicyThatIsLeftOut) {
  const GateConfig gate = gate_of("");
  EXPECT_EQ(gate.policy, InterfacePolicy{});
  EXPECT_EQ(gate.policy.fail_mode, InterfacePolicy::FailMode::kClosed);
  EXPECT_EQ(gate.policy.reverse_path, InterfacePolicy::ReversePath::kOff);
  EXPECT_EQ(gate.policy.anchor, std::vector{InterfacePolicy::AnchorField::kInterface});
  EXPECT_EQ(gate.policy.hop_limit_tolerance, 1U);
  EXPECT_TRUE(gate.policy.bogons);
  EXPECT_TRUE(gate.policy.allow.empty() && gate.policy.deny.empty());
  EXPECT_TRUE(gate.policies.empty());
  EXPECT_TRUE(gate.guard.empty());
}

TEST(ConfigGate, PolicyThatIsWritten) {
  const InterfacePolicy policy = gate_of(R"(anchor = ["mac", "vlan", "hop_limit", "interface"]
hop_limit_tolerance = 255
bogons = false
allow = ["100.64.0.0/10", "2001:DB8:7::/48"]
deny = ["100.64.9.9"]
)")
                                     .policy;
  using enum InterfacePolicy::AnchorField;
  EXPECT_EQ(policy.anchor, (std::vector{kMac, kVlan, kHopLimit, kInterface}));
  EXPECT_EQ(policy.hop_limit_tolerance, 255U);
  EXPECT_FALSE(policy.bogons);
  EXPECT_EQ(texts_of(policy.allow), (std::vector<std::string>{"100.64.0.0/10", "2001:db8:7::/48"}));
  EXPECT_EQ(texts_of(policy.deny), std::vector<std::string>{"100.64.9.9/32"});
}

TEST(ConfigGate, AnchorMayBeNothing) {
  EXPECT_TRUE(gate_of("anchor = []\n").policy.anchor.empty());
}

TEST(ConfigGate, GuardsListenersOfEveryTransport) {
  const auto guard = gate_of(R"(guard = ["tcp:198.51.100.10:5060", "tls:[2001:db8::1]:5061",
         "udp:198.51.100.10:3478"]
)")
                         .guard;
  ASSERT_EQ(guard.size(), 3U);
  EXPECT_EQ(guard[0], (GuardedListener{.transport = sip::Transport::kTcp,
                                       .local = *sip::Endpoint::parse("198.51.100.10:5060")}));
  EXPECT_EQ(guard[1].transport, sip::Transport::kTls);
  EXPECT_EQ(guard[1].local.text(), "[2001:db8::1]:5061");
  EXPECT_EQ(guard[2].transport, sip::Transport::kUdp);
}

std::string guard_of(std::size_t count) {
  std::string text = "guard = [";
  for (std::size_t i = 0; i < count; ++i) text += fmt::format("\"tcp:192.0.2.1:{}\", ", 5060 + i);
  return text + "]\n";
}

/// The one in pcscf.listen counts.
TEST(ConfigGate, ListenersAtTheLimit) {
  EXPECT_EQ(gate_of(guard_of(kMaxListeners - 1)).guard.size(), kMaxListeners - 1);
  const auto config = parse(guard_of(kMaxListeners));
  ASSERT_FALSE(config.ok());
  EXPECT_EQ(config.error(), ConfigErrors{"t.toml:3:9: key 'gate.guard': with 'pcscf.listen', more "
                                         "than 16 listeners"});
}

std::string prefixes_of(std::string_view key, std::size_t count) {
  std::string text = fmt::format("{} = [", key);
  for (std::size_t i = 0; i < count; ++i) {
    text += fmt::format("\"10.{}.{}.0/24\", ", i / 256, i % 256);
  }
  return text + "]\n";
}

TEST(ConfigGate, PrefixesAtTheLimit) {
  EXPECT_EQ(gate_of(prefixes_of("allow", kMaxPrefixes)).policy.allow.size(), kMaxPrefixes);
  EXPECT_EQ(gate_of(prefixes_of("deny", kMaxPrefixes)).policy.deny.size(), kMaxPrefixes);
  for (const std::string_view key : {"allow", "deny"}) {
    const auto config = parse(prefixes_of(key, kMaxPrefixes + 1));
    ASSERT_FALSE(config.ok());
    EXPECT_EQ(config.error(), ConfigErrors{fmt::format("t.toml:3:{}: key 'gate.{}': 257 values, at "
                                                       "most 256 are possible",
                                                       key.size() + 4, key)});
  }
}

/// What stands in an interface's table replaces what stands in [gate], whole lists too.
TEST(ConfigGate, TableOfAnInterfaceReplacesKeyByKey) {
  const GateConfig gate = gate_of(R"(fail_mode = "hold"
reverse_path = "loose"
anchor = ["interface", "mac"]
allow = ["10.0.0.0/8"]
deny = ["10.9.0.0/16"]
[gate.interface."eth2.7"]
fail_mode = "open"
anchor = ["vlan"]
hop_limit_tolerance = 0
bogons = false
allow = []
)");
  ASSERT_EQ(gate.policies.size(), 1U) << "eth1 has no table";
  const InterfacePolicy& own = gate.policies.at("eth2.7");
  EXPECT_EQ(own.fail_mode, InterfacePolicy::FailMode::kOpen);
  EXPECT_EQ(own.anchor, std::vector{InterfacePolicy::AnchorField::kVlan});
  EXPECT_EQ(own.hop_limit_tolerance, 0U);
  EXPECT_FALSE(own.bogons);
  EXPECT_TRUE(own.allow.empty());
  EXPECT_EQ(own.reverse_path, InterfacePolicy::ReversePath::kLoose) << "inherited";
  EXPECT_EQ(texts_of(own.deny), std::vector<std::string>{"10.9.0.0/16"}) << "inherited";
  EXPECT_EQ(gate.policy.fail_mode, InterfacePolicy::FailMode::kHold);
  EXPECT_EQ(texts_of(gate.policy.allow), std::vector<std::string>{"10.0.0.0/8"});
}

/// TOML lets the table stand before the section; the defaults still come from [gate].
TEST(ConfigGate, TableMayStandBeforeTheSection) {
  const auto config =
      parse_config(fmt::format("[gate.interface.eth1]\nbogons = false\n{}fail_mode = \"open\"\n{}",
                               kBegin, kEnd),
                   "t.toml");
  ASSERT_TRUE(config.ok()) << config.error().front();
  EXPECT_EQ(config->gate->policies.at("eth1").fail_mode, InterfacePolicy::FailMode::kOpen);
  EXPECT_FALSE(config->gate->policies.at("eth1").bogons);
}

/// The lines `#KEY = VALUE` of [gate] in the shipped file, without the `#`.
std::string commented_lines() {
  std::ifstream file(SIPWARD_SOURCE_DIR "/systemd/sipward.toml");
  std::string lines;
  for (std::string line; std::getline(file, line) && !line.starts_with("#[");) {
    if (line.starts_with('#') && line.size() > 1 && line[1] >= 'a' && line[1] <= 'z') {
      lines += line.substr(1) + "\n";
    }
  }
  return lines;
}

/// The file promises it, and that every key stands there.
TEST(ConfigGate, CommentedValuesOfTheShippedFileAreTheDefaults) {
  const std::string lines = commented_lines();
  EXPECT_EQ(gate_of(lines), gate_of(""));
  for (const Number& row : kNumbers) {
    EXPECT_NE(("\n" + lines).find(fmt::format("\n{} = ", row.key)), std::string::npos) << row.key;
  }
  for (const std::string_view key : {"guard", "fragments", "suspect", "fail_mode", "reverse_path",
                                     "anchor", "hop_limit_tolerance", "bogons", "allow", "deny"}) {
    EXPECT_NE(("\n" + lines).find(fmt::format("\n{} = ", key)), std::string::npos) << key;
  }
}

}  // namespace
}  // namespace sipward::ops
