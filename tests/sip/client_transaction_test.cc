// SPDX-License-Identifier: Apache-2.0
#include "sip/client_transaction.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace sipward::sip {
namespace {

using namespace std::chrono_literals;
using State = ClientTransaction::State;
using Kind = ClientTransaction::Kind;
using TimerStep = ClientTransaction::TimerStep;

constexpr Time kStart{1h};
constexpr Kind kInviteUdp{.invite = true, .reliable = false};
constexpr Kind kInviteTcp{.invite = true, .reliable = true};
constexpr Kind kOtherUdp{.invite = false, .reliable = false};
constexpr Kind kOtherTcp{.invite = false, .reliable = true};

struct Stimulus {
  int status = 0;  ///< 0: a timer; kCancel: a CANCEL has been sent
  Duration at{};   ///< after the request was sent
};
constexpr int kCancel = -1;

constexpr Stimulus response(int status, Duration at = 0s) { return {status, at}; }
constexpr Stimulus timer(Duration at) { return {0, at}; }
constexpr Stimulus cancel(Duration at) { return {kCancel, at}; }

/// What a stimulus led to, in the words of the figures.
std::string apply(ClientTransaction& machine, const Stimulus& stimulus) {
  const Time now = kStart + stimulus.at;
  if (stimulus.status == kCancel) {
    machine.on_cancel_sent(now);
    return "";
  }
  if (stimulus.status == 0) {
    const TimerStep step = machine.on_timer(now);
    return step == TimerStep::kRetransmit ? "repeat"
           : step == TimerStep::kTimedOut ? "timeout"
                                          : "";
  }
  const auto step = machine.on_response(stimulus.status, now);
  return std::string(step.ack ? "ack" : "") + (step.deliver ? "deliver" : "");
}

struct Row {
  const char* name;
  Kind kind;
  std::vector<Stimulus> before;
  Stimulus stimulus;
  std::string effect;
  State state;                       ///< afterwards
  std::optional<Duration> deadline;  ///< afterwards, after the request was sent
};

void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }

class ClientTransition : public testing::TestWithParam<Row> {};

TEST_P(ClientTransition, IsTheStandards) {
  const Row& row = GetParam();
  const Timers timers;
  ClientTransaction machine(row.kind, timers, kStart);
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

// RFC 3261 figure 5, as changed by RFC 6026 7.2.
const Row kInviteRows[] = {
    {"calling_timer_A_repeats_and_doubles",
     kInviteUdp,
     {},
     timer(500ms),
     "repeat",
     State::kCalling,
     1500ms},
    {"calling_timer_B_gives_up", kInviteUdp, {}, timer(32s), "timeout", State::kTerminated, {}},
    {"calling_over_tcp_has_no_timer_A", kInviteTcp, {}, timer(500ms), "", State::kCalling, 32s},
    {"calling_timer_B_gives_up_over_tcp",
     kInviteTcp,
     {},
     timer(32s),
     "timeout",
     State::kTerminated,
     {}},
    {"calling_1xx_stops_all_timers",
     kInviteUdp,
     {},
     response(100, 1s),
     "deliver",
     State::kProceeding,
     {}},
    {"calling_2xx_accepts_until_timer_M",
     kInviteUdp,
     {},
     response(200, 1s),
     "deliver",
     State::kAccepted,
     33s},
    {"calling_failure_is_acknowledged_until_timer_D",
     kInviteUdp,
     {},
     response(486, 1s),
     "ackdeliver",
     State::kCompleted,
     33s},
    {"calling_failure_ends_it_over_tcp",
     kInviteTcp,
     {},
     response(486, 1s),
     "ackdeliver",
     State::kTerminated,
     {}},
    {"proceeding_1xx_is_delivered",
     kInviteUdp,
     {response(100)},
     response(180, 1s),
     "deliver",
     State::kProceeding,
     {}},
    {"proceeding_does_not_time_out",
     kInviteUdp,
     {response(100)},
     timer(1000s),
     "",
     State::kProceeding,
     {}},
    {"proceeding_2xx_accepts",
     kInviteUdp,
     {response(180)},
     response(202, 9s),
     "deliver",
     State::kAccepted,
     41s},
    {"proceeding_2xx_accepts_over_tcp_until_M",
     kInviteTcp,
     {response(180)},
     response(200, 9s),
     "deliver",
     State::kAccepted,
     41s},
    {"proceeding_failure_is_acknowledged",
     kInviteUdp,
     {response(180)},
     response(603, 9s),
     "ackdeliver",
     State::kCompleted,
     41s},
    {"proceeding_without_final_ends_64T1_after_cancel",
     kInviteUdp,
     {response(180)},
     cancel(10s),
     "",
     State::kProceeding,
     42s},
    {"cancelled_1xx_does_not_keep_it",
     kInviteUdp,
     {response(180), cancel(10s)},
     response(183, 11s),
     "deliver",
     State::kProceeding,
     42s},
    {"cancelled_gives_up",
     kInviteUdp,
     {response(180), cancel(10s)},
     timer(42s),
     "timeout",
     State::kTerminated,
     {}},
    {"cancelled_final_counts",
     kInviteUdp,
     {response(180), cancel(10s)},
     response(487, 11s),
     "ackdeliver",
     State::kCompleted,
     43s},
    {"completed_repeated_failure_is_acknowledged_again",
     kInviteUdp,
     {response(486)},
     response(486, 1s),
     "ack",
     State::kCompleted,
     32s},
    {"completed_takes_no_2xx",
     kInviteUdp,
     {response(486)},
     response(200, 1s),
     "",
     State::kCompleted,
     32s},
    {"completed_takes_no_1xx",
     kInviteUdp,
     {response(486)},
     response(180, 1s),
     "",
     State::kCompleted,
     32s},
    {"completed_timer_D_ends_it",
     kInviteUdp,
     {response(486)},
     timer(32s),
     "",
     State::kTerminated,
     {}},
    {"completed_is_not_kept_by_a_cancel",
     kInviteUdp,
     {response(486)},
     cancel(10s),
     "",
     State::kCompleted,
     32s},
    {"accepted_further_2xx_is_delivered",
     kInviteUdp,
     {response(200)},
     response(200, 1s),
     "deliver",
     State::kAccepted,
     32s},
    {"accepted_takes_no_failure",
     kInviteUdp,
     {response(200)},
     response(486, 1s),
     "",
     State::kAccepted,
     32s},
    {"accepted_takes_no_1xx",
     kInviteUdp,
     {response(200)},
     response(180, 1s),
     "",
     State::kAccepted,
     32s},
    {"accepted_timer_M_ends_it",
     kInviteUdp,
     {response(200)},
     timer(32s),
     "",
     State::kTerminated,
     {}},
};
INSTANTIATE_TEST_SUITE_P(Invite, ClientTransition, testing::ValuesIn(kInviteRows),
                         [](const auto& row) { return std::string(row.param.name); });

// RFC 3261 figure 6.
const Row kOtherRows[] = {
    {"trying_timer_E_repeats_and_doubles",
     kOtherUdp,
     {},
     timer(500ms),
     "repeat",
     State::kTrying,
     1500ms},
    {"trying_timer_F_gives_up", kOtherUdp, {}, timer(32s), "timeout", State::kTerminated, {}},
    {"trying_over_tcp_has_no_timer_E", kOtherTcp, {}, timer(500ms), "", State::kTrying, 32s},
    {"trying_timer_F_gives_up_over_tcp",
     kOtherTcp,
     {},
     timer(32s),
     "timeout",
     State::kTerminated,
     {}},
    {"trying_1xx_leaves_timer_E_running",
     kOtherUdp,
     {},
     response(100, 200ms),
     "deliver",
     State::kProceeding,
     500ms},
    {"trying_final_completes_until_timer_K",
     kOtherUdp,
     {},
     response(200, 1s),
     "deliver",
     State::kCompleted,
     6s},
    {"trying_final_ends_it_over_tcp",
     kOtherTcp,
     {},
     response(404, 1s),
     "deliver",
     State::kTerminated,
     {}},
    {"proceeding_timer_E_is_T2",
     kOtherUdp,
     {response(100, 200ms)},
     timer(500ms),
     "repeat",
     State::kProceeding,
     4500ms},
    {"proceeding_timer_F_gives_up",
     kOtherUdp,
     {response(100, 200ms)},
     timer(32s),
     "timeout",
     State::kTerminated,
     {}},
    {"proceeding_final_completes",
     kOtherUdp,
     {response(100)},
     response(404, 2s),
     "deliver",
     State::kCompleted,
     7s},
    {"a_cancel_means_nothing_to_it",
     kOtherUdp,
     {response(100, 200ms)},
     cancel(400ms),
     "",
     State::kProceeding,
     500ms},
    {"completed_absorbs_the_final",
     kOtherUdp,
     {response(200)},
     response(200, 1s),
     "",
     State::kCompleted,
     5s},
    {"completed_timer_K_ends_it",
     kOtherUdp,
     {response(200)},
     timer(5s),
     "",
     State::kTerminated,
     {}},
};
INSTANTIATE_TEST_SUITE_P(NonInvite, ClientTransition, testing::ValuesIn(kOtherRows),
                         [](const auto& row) { return std::string(row.param.name); });

std::vector<Duration> repetitions(ClientTransaction& machine) {
  std::vector<Duration> times;
  while (machine.state() != State::kTerminated) {
    const Time now = machine.deadline().value();
    if (machine.on_timer(now) == TimerStep::kRetransmit) times.push_back(now - kStart);
  }
  return times;
}

TEST(ClientTransaction, TimerADoublesUntilTimerB) {
  const Timers timers;
  ClientTransaction machine(kInviteUdp, timers, kStart);
  const std::vector<Duration> expected = {500ms, 1500ms, 3500ms, 7500ms, 15500ms, 31500ms};
  EXPECT_EQ(repetitions(machine), expected);
}

TEST(ClientTransaction, TimerEDoublesUpToT2UntilTimerF) {
  const Timers timers;
  ClientTransaction machine(kOtherUdp, timers, kStart);
  const std::vector<Duration> expected = {500ms,   1500ms,  3500ms,  7500ms,  11500ms,
                                          15500ms, 19500ms, 23500ms, 27500ms, 31500ms};
  EXPECT_EQ(repetitions(machine), expected);
}

}  // namespace
}  // namespace sipward::sip
