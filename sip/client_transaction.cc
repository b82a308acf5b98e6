// SPDX-License-Identifier: Apache-2.0
#include "sip/client_transaction.h"

#include <algorithm>

#include "sip/timer_queue.h"

namespace sipward::sip {

ClientTransaction::ClientTransaction(Kind kind, const Timers& timers, Time now)
    : kind_(kind),
      timers_(&timers),
      state_(kind.invite ? State::kCalling : State::kTrying),
      interval_(timers.t1),
      end_(now + timers.give_up()) {
  if (!kind.reliable) retransmit_ = now + interval_;
}

ClientTransaction::ResponseStep ClientTransaction::on_response(int status, Time now) {
  return kind_.invite ? on_invite_response(status, now) : on_other_response(status, now);
}

ClientTransaction::ResponseStep ClientTransaction::on_invite_response(int status, Time now) {
  const bool is_2xx = status >= 200 && status < 300;
  if (state_ == State::kAccepted) return {.deliver = is_2xx};
  if (state_ == State::kCompleted) return {.ack = status >= 300};
  if (status < 200) {
    if (state_ == State::kCalling) {
      // No timer runs in Proceeding: the callee may ring as long as the user lets it.
      state_ = State::kProceeding;
      retransmit_.reset();
      end_.reset();
    }
    return {.deliver = true};
  }
  if (is_2xx) {
    state_ = State::kAccepted;
    retransmit_.reset();
    end_ = now + timers_->give_up();  // timer M, on any transport
    return {.deliver = true};
  }
  complete(timers_->d, now);
  return {.deliver = true, .ack = true};
}

ClientTransaction::ResponseStep ClientTransaction::on_other_response(int status, Time now) {
  if (has_final()) return {};
  if (status < 200) {
    // Timer E keeps the deadline it has; timer F goes on.
    state_ = State::kProceeding;
  } else {
    complete(timers_->t4, now);
  }
  return {.deliver = true};
}

void ClientTransaction::complete(Duration linger, Time now) {
  retransmit_.reset();
  end_ = now + (kind_.reliable ? Duration::zero() : linger);
  state_ = kind_.reliable ? State::kTerminated : State::kCompleted;
}

void ClientTransaction::on_cancel_sent(Time now) {
  if (kind_.invite && !has_final()) end_ = now + timers_->give_up();
}

ClientTransaction::TimerStep ClientTransaction::on_timer(Time now) {
  if (end_ && *end_ <= now) {
    const bool unanswered = !has_final();
    state_ = State::kTerminated;
    return unanswered ? TimerStep::kTimedOut : TimerStep::kNothing;
  }
  if (!retransmit_ || *retransmit_ > now) return TimerStep::kNothing;
  interval_ = 2 * interval_;
  if (!kind_.invite) {
    interval_ = state_ == State::kTrying ? std::min(interval_, timers_->t2) : timers_->t2;
  }
  retransmit_ = now + interval_;
  return TimerStep::kRetransmit;
}

std::optional<Time> ClientTransaction::deadline() const { return earlier(end_, retransmit_); }

}  // namespace sipward::sip
