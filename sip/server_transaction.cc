// SPDX-License-Identifier: Apache-2.0
#include "sip/server_transaction.h"

#include <algorithm>

#include "sip/timer_queue.h"

namespace sipward::sip {

ServerTransaction::ServerTransaction(Kind kind, const Timers& timers)
    : kind_(kind), timers_(&timers), state_(kind.invite ? State::kProceeding : State::kTrying) {}

bool ServerTransaction::on_request() const {
  // Accepted and Confirmed absorb it; in Trying there is no response yet.
  return state_ == State::kProceeding || state_ == State::kCompleted;
}

bool ServerTransaction::on_response(int status, Time now) {
  if (state_ == State::kAccepted) return status >= 200 && status < 300;
  if (is_answered()) return false;
  if (status < 200) {
    state_ = State::kProceeding;
    return true;
  }
  if (kind_.invite) {
    on_invite_final(status, now);
  } else {
    state_ = State::kCompleted;
    end_after(kind_.reliable ? Duration::zero() : timers_->give_up(), now);  // timer J
  }
  return true;
}

void ServerTransaction::on_invite_final(int status, Time now) {
  end_after(timers_->give_up(), now);  // timer L or H, on any transport
  if (status < 300) {
    state_ = State::kAccepted;
    return;
  }
  state_ = State::kCompleted;
  if (kind_.reliable) return;
  interval_ = timers_->t1;
  retransmit_ = now + interval_;
}

bool ServerTransaction::on_ack(Time now) {
  if (state_ == State::kAccepted) return true;
  if (kind_.invite && state_ == State::kCompleted) {
    state_ = State::kConfirmed;
    retransmit_.reset();
    end_after(kind_.reliable ? Duration::zero() : timers_->t4, now);  // timer I
  }
  return false;
}

bool ServerTransaction::on_timer(Time now) {
  if (end_ && *end_ <= now) {
    state_ = State::kTerminated;
    return false;
  }
  if (!retransmit_ || *retransmit_ > now) return false;
  interval_ = std::min(2 * interval_, timers_->t2);
  retransmit_ = now + interval_;
  return true;
}

std::optional<Time> ServerTransaction::deadline() const { return earlier(end_, retransmit_); }

void ServerTransaction::end_after(Duration time, Time now) {
  end_ = now + time;
  if (time == Duration::zero()) state_ = State::kTerminated;
}

}  // namespace sipward::sip
