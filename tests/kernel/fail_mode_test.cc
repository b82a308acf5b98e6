// SPDX-License-Identifier: Apache-2.0
// What the gate does while the daemon is silent.
#include <gtest/gtest.h>
#include <linux/bpf.h>

#include <chrono>

#include "tests/kernel/expectations.h"
#include "tests/kernel/lab.h"

namespace sipward::test {
namespace {

using dataplane::FailMode;
using dataplane::Mode;

constexpr std::string_view kRegister = "REGISTER sip:home1.example SIP/2.0\r\n";
constexpr std::string_view kMessage = "MESSAGE sip:bob@home1.example SIP/2.0\r\n";
constexpr std::string_view kBound4 = "203.0.113.8";

dataplane::GateConfig config_in(FailMode fail_mode, Mode mode) {
  auto config = test_config();
  config.policy.fail_mode = fail_mode;
  config.mode = mode;
  config.emergency = true;
  config.heartbeat_timeout = std::chrono::seconds(5);
  config.listeners.push_back(
      {.local = config.listeners[0].local, .transport = sip::Transport::kTcp});
  return config;
}

enum class Beat { kFresh, kOld, kNever };

void set_beat(GateUnderTest& gate, Beat beat) {
  const auto now = std::chrono::steady_clock::now();
  switch (beat) {
    case Beat::kFresh:
      return gate.pulse().beat(now);
    case Beat::kOld:
      return gate.pulse().beat(now - std::chrono::seconds(10));
    case Beat::kNever:
      gate.pulse().words().beat_s = 0;
  }
}

Packet from_bound(std::string_view text) { return from_ue4(text).ip(kBound4, kGate4); }

struct Row {
  const char* name;
  Frame frame;
  const char* counted;  ///< with a daemon
  bool is_admission = true;
};

std::vector<Row> rows() {
  return {
      {"REGISTER", from_ue4(kRegister), "register_admitted"},
      {"REGISTER, IPv6", from_ue6(kRegister), "register_admitted"},
      {"REGISTER of an address with rows", from_bound(kRegister).udp(9, kSip), "known_admitted"},
      {"keep-alive", from_ue4("\r\n"), "keepalive_admitted"},
      {"emergency", from_ue4("INVITE urn:service:sos SIP/2.0\r\n"), "emergency_admitted"},
      {"SYN", tcp_from_ue4(kSyn), "syn_admitted"},
      {"bound", from_bound(kMessage), "bound", false},
      {"stranger", from_ue4(kMessage), "unbound", false},
      {"segment of no connection", tcp_from_ue4(kAck), "no_flow", false},
      {"later fragment, source with a row",
       from_bound("x").fragment(1'480, false).without_udp_header(), "fragment_admitted", false},
      {"later fragment, stranger", from_ue4("x").fragment(1'480, false).without_udp_header(),
       "fragment_unbound", false},
      {"malformed", from_ue4(kMessage).claim_ihl(3), "malformed_ip", false},
  };
}

class Fail : public testing::TestWithParam<std::tuple<FailMode, Mode>> {};

TEST_P(Fail, DecidesWhatPassesWithoutADaemon) {
  const auto [fail_mode, mode] = GetParam();
  GateUnderTest gate(config_in(fail_mode, mode));
  install(gate, {row({.ip = kBound4})});
  for (const Beat beat : {Beat::kFresh, Beat::kOld, Beat::kNever, Beat::kFresh}) {
    set_beat(gate, beat);
    const bool silent = beat != Beat::kFresh;
    const bool drops = mode == Mode::kEnforce && !(silent && fail_mode == FailMode::kOpen);
    for (const Row& one : rows()) {
      SCOPED_TRACE(std::string(one.name) + (silent ? ", daemon silent" : ""));
      const bool closed = silent && fail_mode == FailMode::kClosed && one.is_admission;
      expect_counted(gate, one.frame, closed ? "agent_silent" : one.counted,
                     drops ? Mode::kEnforce : Mode::kMonitor);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Each, Fail,
                         testing::Combine(testing::Values(FailMode::kClosed, FailMode::kHold,
                                                          FailMode::kOpen),
                                          testing::Values(Mode::kEnforce, Mode::kMonitor)),
                         [](const auto& one) {
                           return std::string(fail_mode_name(std::get<FailMode>(one.param))) + "_" +
                                  std::string(mode_name(std::get<Mode>(one.param)));
                         });

TEST(FailOpen, DropsNothingEvenWhenThereIsNoRoomForTheTag) {
  constexpr std::uint32_t kRuns = 200;
  GateUnderTest gate(config_in(FailMode::kOpen, Mode::kEnforce));
  install(gate, {row({})});
  set_beat(gate, Beat::kNever);
  EXPECT_EQ(gate.repeat(from_ue4(kMessage), kRuns).last_action, XDP_PASS);
  EXPECT_GT(gate.packets("tag_failed"), 0U);
}

TEST(FailClosed, AllowsAsManySecondsAsItSays) {
  GateUnderTest gate(config_in(FailMode::kClosed, Mode::kEnforce));
  const auto beat_ago = [&](int seconds) {
    gate.pulse().beat(std::chrono::steady_clock::now() - std::chrono::seconds(seconds));
  };
  beat_ago(3);
  expect_counted(gate, from_ue4(kRegister), "register_admitted");
  beat_ago(8);
  expect_counted(gate, from_ue4(kRegister), "agent_silent");
}

}  // namespace
}  // namespace sipward::test
