// SPDX-License-Identifier: Apache-2.0
#include "sip/response_context.h"

#include <algorithm>
#include <utility>

#include "sip/headers.h"
#include "sip/timer_queue.h"

namespace sipward::sip {
namespace {

bool is_2xx(int status) { return status >= 200 && status < 300; }

}  // namespace

ResponseContext::ResponseContext(Setup setup)
    : setup_(std::move(setup)), decide_by_(setup_.arrived + setup_.give_up) {}

bool ResponseContext::is_open() const {
  return answer_ == 0 && !over_at_ && !cancelled_ && !declined_ && !succeeded_;
}

void ResponseContext::add_branch(ClientId client, Time now) {
  Branch branch{.client = client};
  if (setup_.invite) branch.timer_c = now + setup_.timer_c;
  branches_.push_back(branch);
}

void ResponseContext::add_unsent() { add_local_end(503); }

void ResponseContext::add_local_end(int status) {
  ends_.push_back(
      {.response = make_response(setup_.trying, status, setup_.local_tag), .local = true});
}

ResponseContext::Step ResponseContext::conclude(Time now) {
  waiting_ = false;
  const bool pending = std::any_of(branches_.begin(), branches_.end(),
                                   [](const Branch& branch) { return branch.pending; });
  if (pending && setup_.invite) decide_by_.reset();
  if (pending || succeeded_ || answer_ != 0 || over_at_) return {};
  Step step;
  if (ends_.empty() && unanswered_) {
    step.hopeless = true;
    return step;
  }
  if (ends_.empty()) add_local_end(cancelled_ ? 487 : 480);
  step.response = best_response(ends_);
  if (setup_.invite) decide_by_ = now + setup_.give_up;
  return step;
}

ResponseContext::Branch* ResponseContext::find(ClientId client) {
  const auto found = std::find_if(branches_.begin(), branches_.end(),
                                  [&](const Branch& branch) { return branch.client == client; });
  return found == branches_.end() ? nullptr : &*found;
}

ResponseContext::Step ResponseContext::on_response(ClientId client, Message response, Time now) {
  Branch* branch = find(client);
  const bool discarded = over_at_ && answer_ == 0;
  if (branch == nullptr || discarded) return {};
  response.remove_first(Field::kVia);
  // What is left of the Vias is for the hops before us, and they know what they wrote: whoever
  // answers must not be able to change it.
  const bool for_us = !response.has(Field::kVia);
  response.remove(Field::kVia);
  for (const std::string_view via : setup_.trying.all(Field::kVia)) {
    response.add(Field::kVia, via);
  }
  if (response.status() < 200) {
    return for_us ? Step{} : on_provisional(*branch, std::move(response), now);
  }
  if (for_us) {
    // RFC 3261 16.7 step 3: not to be forwarded. The branch is over all the same.
    response = make_response(setup_.trying, 502, setup_.local_tag);
  }
  if (is_2xx(response.status())) return on_success(*branch, std::move(response), now);
  return branch->pending ? on_failure(*branch, std::move(response), now) : Step{};
}

ResponseContext::Step ResponseContext::on_provisional(Branch& branch, Message response, Time now) {
  branch.heard = true;
  // To other methods nothing but 100 may be sent (RFC 4320 4.1), and 100 goes one hop only.
  if (response.status() == 100 || !setup_.invite) return {};
  if (branch.timer_c) branch.timer_c = now + setup_.timer_c;
  Step step;
  if (!succeeded_ && answer_ == 0) step.response = std::move(response);
  return step;
}

ResponseContext::Step ResponseContext::on_success(Branch& branch, Message response, Time now) {
  branch.pending = false;
  branch.timer_c.reset();
  const bool wanted = setup_.invite ? answer_ == 0 || is_2xx(answer_) : answer_ == 0 && !succeeded_;
  Step step;
  step.cancel = cancel_pending();
  succeeded_ = true;
  if (!wanted) return step;
  step.response = std::move(response);
  if (setup_.invite) decide_by_ = now + setup_.give_up;
  return step;
}

ResponseContext::Step ResponseContext::on_failure(Branch& branch, Message response, Time now) {
  branch.pending = false;
  branch.timer_c.reset();
  const int status = response.status();
  if (status == 408 && !setup_.invite) {
    unanswered_ = true;  // RFC 4320 4.2: a 408 must not be sent on
  } else {
    ends_.push_back({.response = std::move(response)});
  }
  std::vector<ClientId> losers;
  if (status >= 600) {
    declined_ = true;
    losers = cancel_pending();
  }
  Step step = conclude(now);
  step.cancel = std::move(losers);
  return step;
}

ResponseContext::Step ResponseContext::on_timeout(ClientId client, Time now) {
  Branch* branch = find(client);
  if (branch == nullptr || !branch->pending) return {};
  end_unanswered(*branch);
  return conclude(now);
}

void ResponseContext::end_unanswered(Branch& branch) {
  branch.pending = false;
  branch.timer_c.reset();
  if (setup_.invite) {
    add_local_end(cancelled_ ? 487 : 408);
  } else {
    unanswered_ = true;
  }
}

ResponseContext::Step ResponseContext::on_cancel() {
  if (answer_ != 0 || over_at_) return {};
  cancelled_ = true;
  Step step;
  step.cancel = cancel_pending();
  if (waiting_) step.answer = make_response(setup_.trying, 487, setup_.local_tag);
  return step;
}

ResponseContext::Step ResponseContext::on_timer(Time now) {
  if (decide_by_ && *decide_by_ <= now) return give_up();
  std::vector<ClientId> silent;
  for (Branch& branch : branches_) {
    if (!branch.timer_c || *branch.timer_c > now) continue;
    silent.push_back(branch.client);
    branch.timer_c.reset();
    if (!branch.heard) end_unanswered(branch);
  }
  if (silent.empty()) return {};
  Step step = conclude(now);
  step.cancel = std::move(silent);
  return step;
}

ResponseContext::Step ResponseContext::give_up() {
  decide_by_.reset();
  Step step;
  if (setup_.invite) {
    step.answer = make_response(setup_.trying, 408, setup_.local_tag);
  } else {
    step.hopeless = true;
  }
  return step;
}

std::vector<ClientId> ResponseContext::on_answered(int status, Time now) {
  if (answer_ == 0) {
    answer_ = status;
    over_at_ = now + (setup_.invite && is_2xx(status) ? setup_.give_up : Duration::zero());
  }
  return cancel_pending();
}

std::vector<ClientId> ResponseContext::cancel_pending() {
  std::vector<ClientId> cancelled;
  for (Branch& branch : branches_) {
    if (!setup_.invite || !branch.pending) continue;
    branch.timer_c.reset();
    cancelled.push_back(branch.client);
  }
  return cancelled;
}

std::optional<Time> ResponseContext::deadline() const {
  if (over_at_) return over_at_;
  std::optional<Time> first = decide_by_;
  for (const Branch& branch : branches_) first = earlier(first, branch.timer_c);
  return first;
}

std::vector<ClientId> ResponseContext::clients() const {
  std::vector<ClientId> all;
  for (const Branch& branch : branches_) all.push_back(branch.client);
  return all;
}

}  // namespace sipward::sip
