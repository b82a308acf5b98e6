// SPDX-License-Identifier: Apache-2.0
// From the file to what the data plane takes.
#include "agent/gate_config.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/ops/config.h"
#include "agent/ops/version.h"

namespace sipward {
namespace {

using dataplane::Budget;
using dataplane::GateConfig;

constexpr std::string_view kBegin = R"([gate]
interfaces = ["eth1", "eth2.7"]
)";
constexpr std::string_view kPcscf = R"([pcscf]
listen = ["udp:198.51.100.10:5060", "udp:[2001:db8::10]:5060"]
name = "pcscf.home1.example"
visited_network = "home1.example"
)";
constexpr std::string_view kCore = R"(upstream = "udp:10.0.0.2:5060"
core_listen = "udp:10.0.0.1:5060"
)";
constexpr std::string_view kScscf = R"([scscf]
name = "scscf.home1.example"
domains = ["home1.example"]
realm = "home1.example"
subscribers = "/var/lib/sipward/subscribers.db"
)";

class GateConfigFile : public testing::Test {
 protected:
  ~GateConfigFile() override { std::filesystem::remove(path_); }

  std::optional<GateConfig> load(std::string_view text) {
    std::ofstream(path_) << text;
    return load_gate_config(path_);
  }
  /// The lines stand in [gate].
  GateConfig of(std::string_view lines, std::string_view pcscf = kCore) {
    return load(fmt::format("{}{}{}{}", kBegin, lines, kPcscf, pcscf)).value();
  }

  std::string path_ = fmt::format("{}sipward-gate-config-{}.toml", testing::TempDir(), ::getpid());
};

std::vector<std::string> texts_of(const auto& addresses) {
  std::vector<std::string> texts;
  for (const auto& address : addresses) texts.push_back(address.text());
  return texts;
}

bool operator==(const Budget& one, const Budget& other) {
  return one.per_source == other.per_source && one.total == other.total;
}

/// Both have defaults; one of them would be forgotten.
TEST_F(GateConfigFile, WhatIsLeftOutIsTheDataPlanesDefault) {
  const GateConfig got = of("");
  const GateConfig left_out;
  EXPECT_EQ(got.pin_path, left_out.pin_path);
  EXPECT_EQ(got.mode, left_out.mode);
  EXPECT_EQ(got.rows, left_out.rows);
  EXPECT_EQ(got.max_bindings, left_out.max_bindings);
  EXPECT_EQ(got.allow_generic, left_out.allow_generic);
  EXPECT_EQ(got.tag_carrier, left_out.tag_carrier);
  EXPECT_EQ(got.emergency, left_out.emergency);
  EXPECT_TRUE(got.register_budget == left_out.register_budget);
  EXPECT_TRUE(got.keepalive_budget == left_out.keepalive_budget);
  EXPECT_TRUE(got.emergency_budget == left_out.emergency_budget);
  EXPECT_TRUE(got.syn_budget == left_out.syn_budget);
  EXPECT_TRUE(got.fragment_budget == left_out.fragment_budget);
  EXPECT_EQ(got.challenged_total, left_out.challenged_total);
  EXPECT_EQ(got.known_total, left_out.known_total);
  EXPECT_EQ(got.fragments, left_out.fragments);
  EXPECT_EQ(got.tag_suspects, left_out.tag_suspects);
  EXPECT_EQ(got.heartbeat_timeout, left_out.heartbeat_timeout);
  EXPECT_EQ(got.group, left_out.group);
}

TEST_F(GateConfigFile, PolicyThatIsLeftOutIsTheDataPlanesDefault) {
  const dataplane::InterfacePolicy got = of("").policy;
  const dataplane::InterfacePolicy left_out;
  EXPECT_EQ(got.fail_mode, left_out.fail_mode);
  EXPECT_EQ(got.reverse_path, left_out.reverse_path);
  EXPECT_TRUE(got.anchor.interface);
  EXPECT_FALSE(got.anchor.vlan || got.anchor.mac || got.anchor.hop_limit);
  EXPECT_EQ(got.hop_limit_tolerance, left_out.hop_limit_tolerance);
  EXPECT_EQ(got.bogons, left_out.bogons);
  EXPECT_TRUE(got.allow.empty() && got.deny.empty());
}

TEST_F(GateConfigFile, EachBudgetArrivesAtItsPlace) {
  const GateConfig config = of(R"(register_rate_per_source = 1
register_rate_total = 2
keepalive_rate_per_source = 3
keepalive_rate_total = 4
syn_rate_per_source = 5
syn_rate_total = 6
emergency_rate_per_source = 7
emergency_rate_total = 8
fragment_rate_per_source = 9
fragment_rate_total = 10
challenged_rate_total = 11
recently_bound_rate_total = 12
)");
  EXPECT_TRUE(config.register_budget == (Budget{.per_source = 1, .total = 2}));
  EXPECT_TRUE(config.keepalive_budget == (Budget{.per_source = 3, .total = 4}));
  EXPECT_TRUE(config.syn_budget == (Budget{.per_source = 5, .total = 6}));
  EXPECT_TRUE(config.emergency_budget == (Budget{.per_source = 7, .total = 8}));
  EXPECT_TRUE(config.fragment_budget == (Budget{.per_source = 9, .total = 10}));
  EXPECT_EQ(config.challenged_total, 11U);
  EXPECT_EQ(config.known_total, 12U);
}

TEST_F(GateConfigFile, ValuesOfTheWholeGateArrive) {
  const GateConfig config = of(R"(mode = "enforce"
pin_path = "/sys/fs/bpf/other"
max_bindings = 7
allow_generic = true
tag_carrier = "clsact"
emergency = true
suspect = "tag"
heartbeat_timeout = 9
)");
  EXPECT_EQ(config.mode, dataplane::Mode::kEnforce);
  EXPECT_EQ(config.pin_path, "/sys/fs/bpf/other");
  EXPECT_EQ(config.interfaces, (std::vector<std::string>{"eth1", "eth2.7"}));
  EXPECT_EQ(config.max_bindings, 7U);
  EXPECT_TRUE(config.allow_generic);
  EXPECT_EQ(config.tag_carrier, dataplane::TagCarrier::kClsact);
  EXPECT_TRUE(config.emergency);
  EXPECT_TRUE(config.tag_suspects);
  EXPECT_EQ(config.heartbeat_timeout, std::chrono::seconds(9));
  EXPECT_EQ(config.version, ops::kVersion);
}

TEST_F(GateConfigFile, EachWordArrives) {
  using enum dataplane::Fragments;
  EXPECT_EQ(of("fragments = \"source\"\n").fragments, kSource);
  EXPECT_EQ(of("fragments = \"track\"\n").fragments, kTrack);
  EXPECT_EQ(of("fragments = \"drop\"\n").fragments, kDrop);
  using enum dataplane::FailMode;
  EXPECT_EQ(of("fail_mode = \"closed\"\n").policy.fail_mode, kClosed);
  EXPECT_EQ(of("fail_mode = \"hold\"\n").policy.fail_mode, kHold);
  EXPECT_EQ(of("fail_mode = \"open\"\n").policy.fail_mode, kOpen);
  using enum dataplane::ReversePath;
  EXPECT_EQ(of("reverse_path = \"off\"\n").policy.reverse_path, kOff);
  EXPECT_EQ(of("reverse_path = \"loose\"\n").policy.reverse_path, kLoose);
  EXPECT_EQ(of("reverse_path = \"strict\"\n").policy.reverse_path, kStrict);
  using dataplane::TagCarrier;
  EXPECT_EQ(of("tag_carrier = \"tcx\"\n").tag_carrier, TagCarrier::kTcx);
  EXPECT_EQ(of("tag_carrier = \"auto\"\n").tag_carrier, TagCarrier::kAuto);
}

TEST_F(GateConfigFile, RowsFollowTheCheckOfThePcscf) {
  using enum dataplane::RowKinds;
  const auto rows = [&](std::string_view word) {
    return of("", fmt::format("{}ip_check = \"{}\"\n", kCore, word)).rows;
  };
  EXPECT_EQ(rows("ip"), kWildcard);
  EXPECT_EQ(rows("ip_port"), kExact);
  EXPECT_EQ(rows("auto"), kBoth);
}

TEST_F(GateConfigFile, ListenersAreOursAndThoseOfOthers) {
  const auto listeners = of(R"(guard = ["tcp:198.51.100.10:5060", "tls:[2001:db8::10]:5061"]
)")
                             .listeners;
  ASSERT_EQ(listeners.size(), 4U);
  using sip::Transport;
  const std::vector<std::pair<Transport, std::string>> expected{
      {Transport::kUdp, "198.51.100.10:5060"},
      {Transport::kUdp, "[2001:db8::10]:5060"},
      {Transport::kTcp, "198.51.100.10:5060"},
      {Transport::kTls, "[2001:db8::10]:5061"}};
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(listeners[i].transport, expected[i].first) << i;
    EXPECT_EQ(listeners[i].local.text(), expected[i].second);
  }
}

TEST_F(GateConfigFile, InterfaceWithATableHasItsOwnPolicy) {
  const GateConfig config = of(R"(anchor = ["mac", "hop_limit"]
hop_limit_tolerance = 255
deny = ["10.9.0.0/16"]
[gate.interface."eth2.7"]
anchor = ["vlan"]
bogons = false
allow = ["10.0.0.0/8", "2001:db8:7::/48"]
)");
  ASSERT_EQ(config.policies.size(), 1U);
  const auto& own = config.policy_of("eth2.7");
  EXPECT_TRUE(own.anchor.vlan);
  EXPECT_FALSE(own.anchor.interface || own.anchor.mac || own.anchor.hop_limit);
  EXPECT_EQ(own.hop_limit_tolerance, 255) << "inherited";
  EXPECT_FALSE(own.bogons);
  EXPECT_EQ(texts_of(own.allow), (std::vector<std::string>{"10.0.0.0/8", "2001:db8:7::/48"}));
  EXPECT_EQ(texts_of(own.deny), std::vector<std::string>{"10.9.0.0/16"}) << "inherited";
  const auto& other = config.policy_of("eth1");
  EXPECT_TRUE(other.anchor.mac && other.anchor.hop_limit && other.bogons);
  EXPECT_FALSE(other.anchor.interface || other.anchor.vlan);
  EXPECT_TRUE(other.allow.empty());
}

TEST_F(GateConfigFile, AnchorOfNothing) { EXPECT_FALSE(of("anchor = []\n").policy.anchor.any()); }

/// X-16: nobody on the access side is one of them.
TEST_F(GateConfigFile, CorePeersAreAllThatTheRolesTrust) {
  EXPECT_EQ(texts_of(of("", fmt::format("{}core_peers = [\"10.0.0.3\", \"2001:db8::3\"]\n", kCore))
                         .core_peers),
            (std::vector<std::string>{"10.0.0.3", "2001:db8::3", "10.0.0.2"}));
  EXPECT_EQ(texts_of(of("", fmt::format("{}{}", kScscf, R"(listen = "udp:10.0.0.5:5060"
trusted_peers = ["10.0.0.6"]
next_hop = "udp:10.0.0.9:5060"
)"))
                         .core_peers),
            (std::vector<std::string>{"10.0.0.6", "10.0.0.9"}));
  EXPECT_TRUE(of("", kScscf).core_peers.empty());
}

TEST_F(GateConfigFile, NoSectionIsNoGate) {
  EXPECT_FALSE(load(fmt::format("{}{}", kPcscf, kScscf)));
}

TEST_F(GateConfigFile, WrongFileIsToldLineByLine) {
  try {
    load(fmt::format("{}mode = 1\nbogons = 2\n{}{}", kBegin, kPcscf, kScscf));
    FAIL() << "it was taken";
  } catch (const std::runtime_error& error) {
    EXPECT_EQ(std::string(error.what()),
              fmt::format("the configuration is wrong\n"
                          "{0}:3:8: key 'gate.mode': expected \"monitor\" or \"enforce\", got 1\n"
                          "{0}:4:10: key 'gate.bogons': expected true or false, got 2",
                          path_));
  }
}

}  // namespace
}  // namespace sipward
