// SPDX-License-Identifier: Apache-2.0
#include "sip/server_transaction.h"

#include <gtest/gtest.h>

#include <vector>

namespace sipward::sip {
namespace {

using namespace std::chrono_literals;
using State = ServerTransaction::State;
using Kind = ServerTransaction::Kind;

constexpr Time kStart{1h};
constexpr Kind kInviteUdp{.invite = true, .reliable = false};
constexpr Kind kInviteTcp{.invite = true, .reliable = true};
constexpr Kind kOtherUdp{.invite = false, .reliable = false};
constexpr Kind kOtherTcp{.invite = false, .reliable = true};

enum class What { kRequest, kResponse, kAck, kTimer };

struct Stimulus {
  What what = What::kRequest;
  int status = 0;
  Duration at{};  ///< after the first request
};

constexpr Stimulus request(Duration at = 0s) { return {What::kRequest, 0, at}; }
constexpr Stimulus response(int status, Duration at = 0s) { return {What::kResponse, status, at}; }
constexpr Stimulus ack(Duration at = 0s) { return {What::kAck, 0, at}; }
constexpr Stimulus timer(Duration at) { return {What::kTimer, 0, at}; }

bool apply(ServerTransaction& machine, const Stimulus& stimulus) {
  const Time now = kStart + stimulus.at;
  switch (stimulus.what) {
    case What::kRequest:
      return machine.on_request();
    case What::kResponse:
      return machine.on_response(stimulus.status, now);
    case What::kAck:
      return machine.on_ack(now);
    case What::kTimer:
      return machine.on_timer(now);
  }
  return false;
}

struct Row {
  const char* name;
  Kind kind;
  std::vector<Stimulus> before;
  Stimulus stimulus;
  bool effect;                       ///< sent, sent again, or given to the user
  State state;                       ///< afterwards
  std::optional<Duration> deadline;  ///< afterwards, after the first request
};

void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }

class ServerTransition : public testing::TestWithParam<Row> {};

TEST_P(ServerTransition, IsTheStandards) {
  const Row& row = GetParam();
  const Timers timers;
  ServerTransaction machine(row.kind, timers);
  for (const Stimulus& stimulus : row.before) apply(machine, stimulus);
  EXPECT_EQ(apply(machine, row.stimulus), row.effect);
  EXPECT_EQ(machine.state(), row.state);
  const auto deadline = machine.deadline();
  if (row.state == State::kTerminated) return;  // its owner drops it
  ASSERT_EQ(deadline.has_value(), row.deadline.has_value());
  if (deadline) {
    EXPECT_EQ(*deadline - kStart, *row.deadline);
  }
}

// RFC 3261 figure 7, as changed by RFC 6026 7.1.
const Row kInviteRows[] = {
    {"proceeding_request_before_any_response",
     kInviteUdp,
     {},
     request(),
     true,
     State::kProceeding,
     {}},
    {"proceeding_1xx_is_sent",
     kInviteUdp,
     {response(100)},
     response(180),
     true,
     State::kProceeding,
     {}},
    {"proceeding_request_repeats_the_1xx",
     kInviteUdp,
     {response(180)},
     request(1s),
     true,
     State::kProceeding,
     {}},
    {"proceeding_ack_is_meaningless",
     kInviteUdp,
     {response(180)},
     ack(1s),
     false,
     State::kProceeding,
     {}},
    {"proceeding_2xx_accepts_until_timer_L",
     kInviteUdp,
     {response(180)},
     response(200, 1s),
     true,
     State::kAccepted,
     33s},
    {"proceeding_2xx_accepts_over_tcp_too",
     kInviteTcp,
     {},
     response(200),
     true,
     State::kAccepted,
     32s},
    {"proceeding_3xx_completes_and_starts_G",
     kInviteUdp,
     {},
     response(302, 1s),
     true,
     State::kCompleted,
     1500ms},
    {"proceeding_6xx_completes_over_tcp_without_G",
     kInviteTcp,
     {},
     response(603, 1s),
     true,
     State::kCompleted,
     33s},
    {"completed_request_repeats_the_final",
     kInviteUdp,
     {response(486)},
     request(100ms),
     true,
     State::kCompleted,
     500ms},
    {"completed_takes_no_other_response",
     kInviteUdp,
     {response(486)},
     response(200, 1s),
     false,
     State::kCompleted,
     500ms},
    {"completed_timer_G_repeats_and_doubles",
     kInviteUdp,
     {response(486)},
     timer(500ms),
     true,
     State::kCompleted,
     1500ms},
    {"completed_timer_H_gives_up",
     kInviteUdp,
     {response(486)},
     timer(32s),
     false,
     State::kTerminated,
     {}},
    {"completed_timer_H_gives_up_over_tcp",
     kInviteTcp,
     {response(486)},
     timer(32s),
     false,
     State::kTerminated,
     {}},
    {"completed_ack_confirms_until_timer_I",
     kInviteUdp,
     {response(486)},
     ack(2s),
     false,
     State::kConfirmed,
     7s},
    {"completed_ack_ends_it_over_tcp",
     kInviteTcp,
     {response(486)},
     ack(2s),
     false,
     State::kTerminated,
     {}},
    {"confirmed_absorbs_the_request",
     kInviteUdp,
     {response(486), ack(2s)},
     request(3s),
     false,
     State::kConfirmed,
     7s},
    {"confirmed_absorbs_another_ack",
     kInviteUdp,
     {response(486), ack(2s)},
     ack(3s),
     false,
     State::kConfirmed,
     7s},
    {"confirmed_timer_I_ends_it",
     kInviteUdp,
     {response(486), ack(2s)},
     timer(7s),
     false,
     State::kTerminated,
     {}},
    {"accepted_absorbs_the_request",
     kInviteUdp,
     {response(200)},
     request(1s),
     false,
     State::kAccepted,
     32s},
    {"accepted_sends_further_2xx",
     kInviteUdp,
     {response(200)},
     response(200, 1s),
     true,
     State::kAccepted,
     32s},
    {"accepted_takes_no_other_response",
     kInviteUdp,
     {response(200)},
     response(486, 1s),
     false,
     State::kAccepted,
     32s},
    {"accepted_hands_the_ack_up",
     kInviteUdp,
     {response(200)},
     ack(1s),
     true,
     State::kAccepted,
     32s},
    {"accepted_timer_L_ends_it",
     kInviteUdp,
     {response(200)},
     timer(32s),
     false,
     State::kTerminated,
     {}},
};
INSTANTIATE_TEST_SUITE_P(Invite, ServerTransition, testing::ValuesIn(kInviteRows),
                         [](const auto& row) { return std::string(row.param.name); });

// RFC 3261 figure 8.
const Row kOtherRows[] = {
    {"trying_absorbs_the_request", kOtherUdp, {}, request(1s), false, State::kTrying, {}},
    {"trying_1xx_is_sent", kOtherUdp, {}, response(100), true, State::kProceeding, {}},
    {"trying_final_is_sent_and_starts_J",
     kOtherUdp,
     {},
     response(200, 1s),
     true,
     State::kCompleted,
     33s},
    {"trying_final_ends_it_over_tcp",
     kOtherTcp,
     {},
     response(200, 1s),
     true,
     State::kTerminated,
     {}},
    {"trying_has_no_ack", kOtherUdp, {}, ack(), false, State::kTrying, {}},
    {"proceeding_request_repeats_the_1xx",
     kOtherUdp,
     {response(100)},
     request(1s),
     true,
     State::kProceeding,
     {}},
    {"proceeding_final_starts_J",
     kOtherUdp,
     {response(100)},
     response(404, 2s),
     true,
     State::kCompleted,
     34s},
    {"completed_request_repeats_the_final",
     kOtherUdp,
     {response(200)},
     request(1s),
     true,
     State::kCompleted,
     32s},
    {"completed_takes_no_other_response",
     kOtherUdp,
     {response(404)},
     response(200, 1s),
     false,
     State::kCompleted,
     32s},
    {"completed_has_no_ack", kOtherUdp, {response(404)}, ack(1s), false, State::kCompleted, 32s},
    {"completed_timer_J_ends_it",
     kOtherUdp,
     {response(200)},
     timer(32s),
     false,
     State::kTerminated,
     {}},
};
INSTANTIATE_TEST_SUITE_P(NonInvite, ServerTransition, testing::ValuesIn(kOtherRows),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(ServerTransaction, TimerGDoublesUpToT2UntilTimerH) {
  const Timers timers;
  ServerTransaction machine(kInviteUdp, timers);
  ASSERT_TRUE(machine.on_response(486, kStart));
  std::vector<Duration> repeated;
  while (machine.state() != State::kTerminated) {
    const Time now = machine.deadline().value();
    if (machine.on_timer(now)) repeated.push_back(now - kStart);
  }
  const std::vector<Duration> expected = {500ms,   1500ms,  3500ms,  7500ms,  11500ms,
                                          15500ms, 19500ms, 23500ms, 27500ms, 31500ms};
  EXPECT_EQ(repeated, expected);
}

TEST(ServerTransaction, ALateTimerDoesNotFireInABurst) {
  const Timers timers;
  ServerTransaction machine(kInviteUdp, timers);
  ASSERT_TRUE(machine.on_response(486, kStart));
  EXPECT_TRUE(machine.on_timer(kStart + 10s));
  EXPECT_FALSE(machine.on_timer(kStart + 10s));
  EXPECT_EQ(machine.deadline(), kStart + 11s);
}

TEST(ServerTransaction, AnsweredMeansAFinalResponse) {
  const Timers timers;
  ServerTransaction machine(kInviteUdp, timers);
  EXPECT_FALSE(machine.is_answered());
  ASSERT_TRUE(machine.on_response(180, kStart));
  EXPECT_FALSE(machine.is_answered());
  ASSERT_TRUE(machine.on_response(200, kStart));
  EXPECT_TRUE(machine.is_answered());
}

}  // namespace
}  // namespace sipward::sip
