// SPDX-License-Identifier: Apache-2.0
// Annex Q's last attack: the address was given to somebody else, and its old user never
// de-registered. A row that is silent, or whose address was reported released, is suspect.
#include <gtest/gtest.h>
#include <linux/bpf.h>

#include "agent/dataplane/row.h"
#include "agent/dataplane/tag.h"
#include "tests/kernel/expectations.h"
#include "tests/kernel/lab.h"

namespace sipward::test {
namespace {

using dataplane::Mode;

constexpr std::string_view kInvite = "INVITE sip:bob@home1.example SIP/2.0\r\n";
constexpr std::string_view kRegister = "REGISTER sip:home1.example SIP/2.0\r\n";
constexpr std::string_view kSos = "INVITE urn:service:sos SIP/2.0\r\n";

dataplane::GateConfig config_in(Mode mode, bool tag = false) {
  auto config = test_config();
  config.mode = mode;
  config.tag_suspects = tag;
  config.emergency = true;
  for (int i = 0; i < 2; ++i) {
    config.listeners.push_back(
        {.local = config.listeners[i].local, .transport = sip::Transport::kTcp});
  }
  return config;
}

/// Writes the row as the gate's map has it: last seen so many seconds ago.
void write_row(GateUnderTest& gate, const ims::KernelRow& from, std::uint32_t seconds_ago) {
  install(gate, {from});  // the index of addresses knows it then
  const auto key = dataplane::make_key(from.key).value();
  auto value = dataplane::make_value(key, from).value();
  value.last_seen_s = now_s() - seconds_ago;
  if (key.is_v4) {
    write_element(gate.map("bindings4"), key.v4, value);
  } else {
    write_element(gate.map("bindings6"), key.v6, value);
  }
}

std::uint32_t seen_s(GateUnderTest& gate, const ims::KernelRow& of) {
  const auto last = gate.bindings().find(of.key).value().last_seen.time_since_epoch();
  return static_cast<std::uint32_t>(std::chrono::floor<std::chrono::seconds>(last).count());
}

ims::KernelRow reported(const RowOf& fields) {
  ims::KernelRow made = row(fields);
  made.suspect = true;
  return made;
}

ims::KernelRow with_silence(const RowOf& fields, int seconds) {
  ims::KernelRow made = row(fields);
  made.silence = std::chrono::seconds(seconds);
  return made;
}

TEST(Suspect, IsWhoWasReportedOrIsSilentForTooLong) {
  constexpr std::uint32_t kLong = 60;
  struct Row {
    const char* name;
    bool reported;
    int silence;
    std::uint32_t seconds_ago;
    const char* counted;
  };
  const Row rows[] = {
      {"seen now", false, 10, 0, "bound"},
      {"silent for less than allowed", false, 100, 30, "bound"},
      {"silent for longer", false, 10, 12, "suspect"},
      {"silent for very long", false, 1, kLong, "suspect"},
      {"no silence is too long", false, 0, kLong, "bound"},
      {"reported, seen now", true, 10, 0, "suspect"},
      {"reported, without keep-alive", true, 0, 0, "suspect"},
      {"seen in the future", false, 1, static_cast<std::uint32_t>(-1'000), "bound"},
  };
  for (const Mode mode : kBothModes) {
    GateUnderTest gate(config_in(mode));
    for (const Row& one : rows) {
      for (const RowOf& fields :
           {RowOf{}, RowOf{.port = 0}, RowOf{.ip = kUe6}, RowOf{.ip = kUe6, .port = 0}}) {
        ims::KernelRow from = with_silence(fields, one.silence);
        from.suspect = one.reported;
        write_row(gate, from, one.seconds_ago);
        const auto make = from.key.ip.is_v4() ? from_ue4 : from_ue6;
        expect_all(gate, {{one.name, make(kInvite), one.counted}}, mode);
        gate.bindings().clear();
      }
    }
  }
}

TEST(Suspect, MayRegisterAndCallForHelpAndNothingElse) {
  for (const Mode mode : kBothModes) {
    GateUnderTest gate(config_in(mode));
    install(gate, {reported({}), reported({.ip = kUe6})});
    for (const auto from : {from_ue4, from_ue6}) {
      expect_all(gate,
                 {{"REGISTER", from(kRegister), "known_admitted"},
                  {"emergency", from(kSos), "emergency_admitted"},
                  {"INVITE", from(kInvite), "suspect"},
                  {"keep-alive", from("\r\n\r\n"), "suspect"},
                  {"SigComp", from("\xf8xyz"), "suspect"},
                  {"response", from("SIP/2.0 200 OK\r\n"), "suspect"}},
                 mode);
    }
  }
}

TEST(Suspect, PassesWithATagWhenTheOperatorSaysSo) {
  for (const Mode mode : kBothModes) {
    GateUnderTest gate(config_in(mode, true));
    install(gate, {reported({.binding = 5, .epoch = 9}), reported({.ip = kUe6, .port = 0})});
    const ims::Tag tag{.verdict = ims::Tag::Verdict::kSuspect, .binding = 5, .epoch = 9};
    for (const std::string_view text : {kInvite, kRegister, std::string_view("\r\n")}) {
      const Outcome outcome = expect_counted(gate, from_ue4(text), "suspect_tagged", mode);
      EXPECT_EQ(dataplane::tag_of(outcome.mark.value_or(0)), tag);
    }
    expect_counted(gate, from_ue6(kInvite), "suspect_tagged", mode);
  }
}

TEST(Suspect, AnExactRowDoesNotFallBackToALiveWildcardRow) {
  GateUnderTest gate(config_in(Mode::kEnforce));
  install(gate, {reported({}), row({.port = 0})});
  expect_all(gate, {{"its port", from_ue4(kInvite), "suspect"},
                    {"another port", from_ue4(kInvite).udp(40'009, kSip), "bound"}});
}

TEST(Suspect, IsNotWhoseRowHasExpiredOrWhoIsElsewhere) {
  auto config = config_in(Mode::kEnforce);
  config.policy.anchor = {.mac = true};
  GateUnderTest gate(config);
  install(gate, {reported({.seconds_left = kExpired})});
  expect_all(gate, {{"expired", from_ue4(kInvite), "expired"}});
  ims::KernelRow anchored = reported({});
  anchored.anchor = ims::Anchor{.slot = kSlot, .mac = kUeMac};
  install(gate, {anchored});
  expect_all(gate, {{"elsewhere", from_ue4(kInvite).mac({2, 9, 9, 9, 9, 9}), "anchor_mac"},
                    {"in its place", from_ue4(kInvite), "suspect"}});
}

TEST(Suspect, HasNoTcpSegmentsOfItsOwnAndMayConnect) {
  for (const bool tag : {false, true}) {
    GateUnderTest gate(config_in(Mode::kEnforce, tag));
    install(gate,
            {reported({.transport = sip::Transport::kTcp}), reported({.ip = kUe6, .port = 0})});
    // No tag for a segment: user space asks who a connection is.
    expect_all(gate, {{"segment", tcp_from_ue4(kAck, kInvite), "no_flow"},
                      {"segment, wildcard row", tcp_from_ue6(kAck, kInvite), "no_flow"},
                      {"SYN", tcp_from_ue4(kSyn), "known_admitted"},
                      {"SYN, wildcard row", tcp_from_ue6(kSyn), "known_admitted"}});
  }
}

TEST(LastSeen, IsRefreshedByALiveRowsPackets) {
  GateUnderTest gate(config_in(Mode::kEnforce));
  const ims::KernelRow rows[] = {with_silence({}, 100), with_silence({.ip = kUe6}, 100)};
  for (const ims::KernelRow& one : rows) {
    const auto from = one.key.ip.is_v4() ? from_ue4 : from_ue6;
    write_row(gate, one, 40);
    const std::uint32_t before = now_s();
    expect_counted(gate, from("\r\n"), "bound");
    // The gate's clock is coarse: it may still be in the second before.
    EXPECT_GE(seen_s(gate, one) + 1, before);
    EXPECT_LE(seen_s(gate, one), now_s());
  }
}

TEST(LastSeen, IsWrittenOnceASecondAtMost) {
  GateUnderTest gate(config_in(Mode::kEnforce));
  const ims::KernelRow one = row({});
  install(gate, {one});
  const std::uint32_t began = now_s();
  std::uint32_t changes = 0;
  std::uint32_t seen = seen_s(gate, one);
  for (int i = 0; i < 2'000; ++i) {
    gate.repeat(from_ue4("\r\n"), 1);
    const std::uint32_t now = seen_s(gate, one);
    changes += now == seen ? 0 : 1;
    seen = now;
  }
  EXPECT_LE(changes, now_s() - began + 2);
}

TEST(LastSeen, IsNotRefreshedBySuspectExpiredOrContradictedPackets) {
  auto config = config_in(Mode::kEnforce, true);
  config.policy.anchor = {.mac = true};
  GateUnderTest gate(config);
  ims::KernelRow elsewhere = row({.ip = kUe6});
  elsewhere.anchor = ims::Anchor{.slot = kSlot, .mac = {2, 9, 9, 9, 9, 9}};
  struct Row {
    ims::KernelRow row;
    const char* counted;
  };
  const Row rows[] = {{reported({}), "suspect_tagged"},
                      {with_silence({}, 10), "suspect_tagged"},
                      {row({.seconds_left = kExpired}), "expired"},
                      {elsewhere, "anchor_mac"}};
  for (const Row& one : rows) {
    write_row(gate, one.row, 40);
    const std::uint32_t before = seen_s(gate, one.row);
    const auto from = one.row.key.ip.is_v4() ? from_ue4 : from_ue6;
    expect_counted(gate, from(kInvite), one.counted);
    EXPECT_EQ(seen_s(gate, one.row), before) << one.counted;
    gate.bindings().clear();
  }
}

TEST(LastSeen, StartsAnewWithAnInstall) {
  GateUnderTest gate(config_in(Mode::kEnforce));
  const ims::KernelRow one = with_silence({}, 10);
  write_row(gate, one, 60);
  expect_counted(gate, from_ue4(kInvite), "suspect");
  install(gate, {one});  // it has registered again
  expect_counted(gate, from_ue4(kInvite), "bound");
}

}  // namespace
}  // namespace sipward::test
