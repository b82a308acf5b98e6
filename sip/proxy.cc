// SPDX-License-Identifier: Apache-2.0
#include "sip/proxy.h"

#include <algorithm>
#include <array>
#include <unordered_map>
#include <utility>

#include "sip/headers.h"
#include "sip/response_context.h"
#include "sip/timer_queue.h"

namespace sipward::sip {
namespace {

constexpr std::uint32_t kInitialMaxForwards = 70;  // RFC 3261 8.1.1.6

void count_down(Message& request) {
  const std::uint32_t left = number(request, Field::kMaxForwards).value_or(kInitialMaxForwards + 1);
  request.set(Field::kMaxForwards, std::to_string(left == 0 ? 0 : left - 1));
}

void append_hex(std::string& out, std::uint64_t value) {
  constexpr std::string_view kHex = "0123456789abcdef";
  for (int shift = 60; shift >= 0; shift -= 4) out += kHex[(value >> shift) & 0xF];
}

std::string via_transport(Transport transport) {
  // The internal hop shows in the Vias of messages that leave the process: by a name that every
  // reader knows.
  if (transport == Transport::kInternal) return "UDP";
  std::string name(transport_name(transport));
  std::transform(name.begin(), name.end(), name.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  return name;
}

}  // namespace

class Proxy::Impl {
 public:
  Impl(Config config, RandomSource random)
      : config_(config), random_(std::move(random)), transactions_(config.transactions) {}

  /// One stimulus on its way through: when, and where its effects go.
  struct Turn {
    Time now;
    Outbox& out;
    ProxyEvents& events;
  };

  void receive(Message message, const Flow& flow, Turn& turn);
  void respond(ContextId id, const Message& response, Time now, Outbox& out);
  void forward(ContextId id, std::vector<Target> targets, Turn& turn);
  void discard(ContextId id);
  void tick(Turn& turn);
  [[nodiscard]] std::optional<Time> deadline() const {
    return earlier(transactions_.deadline(), timers_.next());
  }
  [[nodiscard]] const Transactions& transactions() const { return transactions_; }

 private:
  void handle(TransactionEvents events, Turn& turn);
  void on(RequestArrived& event, Turn& turn);
  void on(CancelArrived& event, Turn& turn);
  void on(ResponseArrived& event, Turn& turn);
  void on(ClientTimedOut& event, Turn& turn);

  void open_context(const RequestArrived& event, Turn& turn);
  void add_branch(ContextId id, Target target, Turn& turn);
  void perform(ContextId id, ResponseContext::Step step, Turn& turn);
  void finish(ContextId id, Turn& turn);
  void prepare(Target& target);

  ResponseContext* context(ContextId id) {
    const auto found = contexts_.find(id);
    return found == contexts_.end() ? nullptr : &found->second;
  }
  /// Takes the context's deadline over, after each stimulus.
  void schedule(ContextId id) { timers_.set(id, contexts_.at(id).deadline()); }

  Config config_;
  RandomSource random_;
  Transactions transactions_;
  std::unordered_map<ContextId, ResponseContext> contexts_;
  std::unordered_map<ClientId, ContextId> branches_;
  TimerQueue<ContextId> timers_;
  Time now_{};  // of the latest stimulus: what needs no more time is due then
};

void Proxy::Impl::receive(Message message, const Flow& flow, Turn& turn) {
  now_ = turn.now;
  TransactionEvents events;
  transactions_.receive(std::move(message), flow, turn.now, turn.out, events);
  handle(std::move(events), turn);
}

void Proxy::Impl::tick(Turn& turn) {
  now_ = turn.now;
  TransactionEvents events;
  transactions_.tick(turn.now, turn.out, events);
  handle(std::move(events), turn);
  while (const auto id = timers_.pop_due(turn.now)) {
    ResponseContext& due = contexts_.at(*id);
    if (due.is_over(turn.now)) {
      finish(*id, turn);
    } else {
      perform(*id, due.on_timer(turn.now), turn);
    }
  }
}

void Proxy::Impl::handle(TransactionEvents events, Turn& turn) {
  for (TransactionEvent& event : events) {
    std::visit([&](auto& kind) { on(kind, turn); }, event);
  }
}

void Proxy::Impl::on(RequestArrived& event, Turn& turn) {
  const bool exhausted = number(event.request, Field::kMaxForwards) == 0U;
  const bool is_ack = event.id == ContextId{};
  if (exhausted) {
    if (is_ack) return;
    const Message too_many = make_response(event.request, 483, transactions_.local_tag(event.id));
    transactions_.respond(event.id, too_many, turn.now, turn.out);
    return;
  }
  if (!is_ack) open_context(event, turn);
  turn.events.push_back(ProxyRequest{event.id, std::move(event.request), event.flow});
}

void Proxy::Impl::open_context(const RequestArrived& event, Turn& turn) {
  const bool invite = event.request.method() == Method::kInvite;
  Message trying = make_response(event.request, 100);
  if (invite) transactions_.respond(event.id, trying, turn.now, turn.out);
  contexts_.emplace(event.id, ResponseContext({.trying = std::move(trying),
                                               .local_tag = transactions_.local_tag(event.id),
                                               .invite = invite,
                                               .timer_c = config_.timer_c,
                                               .give_up = config_.transactions.timers.give_up(),
                                               .arrived = turn.now}));
  schedule(event.id);
}

void Proxy::Impl::on(CancelArrived& event, Turn& turn) {
  if (ResponseContext* cancelled = context(event.invite)) {
    perform(event.invite, cancelled->on_cancel(), turn);
  }
}

void Proxy::Impl::on(ResponseArrived& event, Turn& turn) {
  const auto found = branches_.find(event.id);
  if (found == branches_.end()) return;  // its context is over
  const ContextId id = found->second;
  perform(id, contexts_.at(id).on_response(event.id, std::move(event.response), turn.now), turn);
}

void Proxy::Impl::on(ClientTimedOut& event, Turn& turn) {
  const auto found = branches_.find(event.id);
  if (found == branches_.end()) return;
  const ContextId id = found->second;
  perform(id, contexts_.at(id).on_timeout(event.id, turn.now), turn);
}

void Proxy::Impl::perform(ContextId id, ResponseContext::Step step, Turn& turn) {
  for (const ClientId client : step.cancel) transactions_.cancel(client, turn.now, turn.out);
  if (step.response) turn.events.push_back(ProxyResponse{id, std::move(*step.response)});
  if (step.answer) return respond(id, *step.answer, turn.now, turn.out);
  if (step.hopeless) {
    transactions_.forget(id);
    contexts_.at(id).on_discarded(turn.now);
  }
  schedule(id);
}

void Proxy::Impl::respond(ContextId id, const Message& response, Time now, Outbox& out) {
  now_ = now;
  ResponseContext* answered = context(id);
  if (answered == nullptr || !transactions_.respond(id, response, now, out)) return;
  if (response.status() < 200) return;
  for (const ClientId client : answered->on_answered(response.status(), now)) {
    transactions_.cancel(client, now, out);
  }
  schedule(id);
}

void Proxy::Impl::forward(ContextId id, std::vector<Target> targets, Turn& turn) {
  now_ = turn.now;
  if (id == ContextId{}) {
    if (targets.empty()) return;
    prepare(targets.front());
    turn.out.push_back(make_outgoing(std::move(targets.front().request), targets.front().next_hop));
    return;
  }
  ResponseContext* open = context(id);
  if (open == nullptr) return;
  if (open->is_open()) {
    for (Target& target : targets) add_branch(id, std::move(target), turn);
  }
  perform(id, open->conclude(turn.now), turn);
}

void Proxy::Impl::add_branch(ContextId id, Target target, Turn& turn) {
  prepare(target);
  const auto client =
      transactions_.send(std::move(target.request), target.next_hop, turn.now, turn.out);
  if (!client) return contexts_.at(id).add_unsent();
  contexts_.at(id).add_branch(*client, turn.now);
  branches_.emplace(*client, id);
}

void Proxy::Impl::prepare(Target& target) {
  count_down(target.request);
  std::string via = "SIP/2.0/" + via_transport(target.next_hop.transport) + ' ' + target.via_host +
                    ";branch=z9hG4bK";
  append_hex(via, random_());
  append_hex(via, random_());
  target.request.prepend(Field::kVia, via);
}

void Proxy::Impl::discard(ContextId id) {
  ResponseContext* discarded = context(id);
  if (discarded == nullptr) return;
  transactions_.forget(id);
  discarded->on_discarded(now_);
  schedule(id);
}

void Proxy::Impl::finish(ContextId id, Turn& turn) {
  ResponseContext& over = contexts_.at(id);
  for (const ClientId client : over.cancel_pending()) {
    transactions_.cancel(client, turn.now, turn.out);
  }
  for (const ClientId client : over.clients()) branches_.erase(client);
  contexts_.erase(id);
  turn.events.push_back(ProxyDone{id});
}

Proxy::Proxy(Config config, RandomSource random)
    : impl_(std::make_unique<Impl>(config, std::move(random))) {}
Proxy::~Proxy() = default;

void Proxy::receive(Message message, const Flow& flow, Time now, Outbox& out, ProxyEvents& events) {
  Impl::Turn turn{.now = now, .out = out, .events = events};
  impl_->receive(std::move(message), flow, turn);
}

void Proxy::reply(ContextId id, const Message& request, int status, std::string_view reason,
                  Time now, Outbox& out) {
  const std::string tag = transactions().local_tag(id);
  impl_->respond(id, make_response(request, status, tag, reason), now, out);
}

void Proxy::respond(ContextId id, Message response, Time now, Outbox& out) {
  impl_->respond(id, response, now, out);
}

void Proxy::forward(ContextId id, std::vector<Target> targets, Time now, Outbox& out,
                    ProxyEvents& events) {
  Impl::Turn turn{.now = now, .out = out, .events = events};
  impl_->forward(id, std::move(targets), turn);
}

void Proxy::discard(ContextId id) { impl_->discard(id); }

void Proxy::tick(Time now, Outbox& out, ProxyEvents& events) {
  Impl::Turn turn{.now = now, .out = out, .events = events};
  impl_->tick(turn);
}

std::optional<Time> Proxy::deadline() const { return impl_->deadline(); }

const Transactions& Proxy::transactions() const { return impl_->transactions(); }

}  // namespace sipward::sip
