// SPDX-License-Identifier: Apache-2.0
#include "agent/scscf/scscf.h"

#include <string>
#include <utility>

#include "agent/scscf/originating.h"
#include "agent/scscf/pending.h"
#include "agent/scscf/procedure.h"
#include "agent/scscf/registering.h"
#include "agent/scscf/routing.h"
#include "sip/headers.h"
#include "sip/proxy.h"

namespace sipward::scscf {
namespace {

constexpr std::string_view kRetryAfter = "5";  // seconds

}  // namespace

class Scscf::Impl {
 public:
  Impl(Config config, const std::string& nonce_key, sip::RandomSource random)
      : config_(std::move(config)),
        random_(std::move(random)),
        proxy_(config_.proxy, random_),
        registrar_({.registrations = config_.max_registrations, .contacts = config_.max_contacts}),
        authenticator_({.key = nonce_key,
                        .realm = config_.realm,
                        .nonce_lifetime = config_.nonce_lifetime,
                        .max_tracked_nonces = config_.max_tracked_nonces},
                       random_),
        neighbours_(config_),
        pending_(config_.max_pending_lookups) {}

  void receive(sip::Message message, const sip::Flow& flow, sip::Time now, ims::Actions& actions);
  void found(ims::Ticket ticket, const LookupAnswer& answer, sip::Time now, ims::Actions& actions);
  void tick(sip::Time now, ims::Actions& actions);
  [[nodiscard]] std::optional<sip::Time> deadline() const;
  [[nodiscard]] const Registrar& registrar() const { return registrar_; }
  [[nodiscard]] const sip::Transactions& transactions() const { return proxy_.transactions(); }

 private:
  /// One call into the role: its time, and where its results go.
  struct Turn {
    sip::Time now;
    ims::Actions& actions;
    sip::Outbox out;
    sip::ProxyEvents events;
  };

  [[nodiscard]] bool is_trusted(const sip::Flow& flow) const;
  void handle_events(Turn& turn);
  void handle(sip::ProxyRequest& arrived, Turn& turn);
  Step resume(PendingLookups::Pending& pending, const Subscriber* subscriber, sip::Time now);
  void perform(Work work, Step step, Turn& turn);
  void ask(Work work, Ask& ask, Turn& turn);
  static void flush(Turn& turn);

  const Config config_;
  sip::RandomSource random_;
  sip::Proxy proxy_;
  Registrar registrar_;
  Authenticator authenticator_;
  Neighbours neighbours_;
  PendingLookups pending_;
  const Office office_{.config = config_,
                       .registrar = registrar_,
                       .authenticator = authenticator_,
                       .neighbours = neighbours_,
                       .random = random_};
};

bool Scscf::Impl::is_trusted(const sip::Flow& flow) const {
  return flow.transport == sip::Transport::kInternal || is_core_address(flow.remote.ip, config_);
}

void Scscf::Impl::receive(sip::Message message, const sip::Flow& flow, sip::Time now,
                          ims::Actions& actions) {
  if (!is_trusted(flow)) {
    std::string what = message.is_request() ? std::string(message.method_text())
                                            : std::to_string(message.status());
    actions.emplace_back(ims::Report{
        {.kind = ims::EventKind::kNotACorePeer, .flow = flow, .detail = std::move(what)}});
    return;
  }
  registrar_.expire(now);
  if (message.is_request()) {
    const auto via = sip::top_via(message);
    if (!via || !via->has_rfc3261_branch()) {  // nothing tells it from another (RFC 3261 17.2.3)
      actions.emplace_back(ims::Report{{.kind = ims::EventKind::kMalformed,
                                        .flow = flow,
                                        .detail = "Via branch from before RFC 3261"}});
      return;
    }
    neighbours_.learn(message, flow);
  }
  Turn turn{.now = now, .actions = actions, .out = {}, .events = {}};
  proxy_.receive(std::move(message), flow, now, turn.out, turn.events);
  handle_events(turn);
}

void Scscf::Impl::handle_events(Turn& turn) {
  flush(turn);
  // Handling an event may cause further ones.
  while (!turn.events.empty()) {
    sip::ProxyEvents events = std::exchange(turn.events, {});
    for (sip::ProxyEvent& event : events) {
      if (auto* request = std::get_if<sip::ProxyRequest>(&event)) {
        handle(*request, turn);
      } else if (auto* response = std::get_if<sip::ProxyResponse>(&event)) {
        proxy_.respond(response->id, std::move(response->response), turn.now, turn.out);
      } else if (auto* done = std::get_if<sip::ProxyDone>(&event)) {
        pending_.forget(done->id);
      }
      flush(turn);
    }
  }
}

void Scscf::Impl::handle(sip::ProxyRequest& arrived, Turn& turn) {
  const Origin origin = find_origin(arrived.request, arrived.flow, config_);
  Work work{.id = arrived.id,
            .request = std::move(arrived.request),
            .peer = arrived.flow,
            .origin = origin};
  Step step = work.request.method() == sip::Method::kRegister ? start_register(office_, work)
                                                              : originate(office_, work, turn.now);
  perform(std::move(work), std::move(step), turn);
}

void Scscf::Impl::perform(Work work, Step step, Turn& turn) {
  for (ims::Event& event : step.events) turn.actions.emplace_back(ims::Report{std::move(event)});
  if (auto* respond = std::get_if<Respond>(&step.next)) {
    if (respond->response.status() == 503 && !respond->response.has(sip::Field::kRetryAfter)) {
      respond->response.add(sip::Field::kRetryAfter, kRetryAfter);
    }
    proxy_.respond(work.id, std::move(respond->response), turn.now, turn.out);
  } else if (auto* forward = std::get_if<Forward>(&step.next)) {
    proxy_.forward(work.id, std::move(forward->targets), turn.now, turn.out, turn.events);
  } else if (auto* wanted = std::get_if<Ask>(&step.next)) {
    ask(std::move(work), *wanted, turn);
  } else if (work.id != sip::ContextId{}) {
    proxy_.discard(work.id);
  }
  flush(turn);
}

void Scscf::Impl::ask(Work work, Ask& ask, Turn& turn) {
  PendingLookups::Pending pending{.work = std::move(work), .procedure = ask.procedure};
  if (const auto ticket = pending_.put(pending)) {
    turn.actions.emplace_back(ims::Lookup{.ticket = *ticket, .by = std::move(ask.by)});
    return;
  }
  Step step = refuse(office_, pending.work, 503);
  step.events.push_back(
      make_event(ims::EventKind::kOverload, pending.work, {.detail = "pending look-ups"}));
  perform(std::move(pending.work), std::move(step), turn);
}

Step Scscf::Impl::resume(PendingLookups::Pending& pending, const Subscriber* subscriber,
                         sip::Time now) {
  switch (pending.procedure) {
    case Ask::Procedure::kRegister:
      return register_with(office_, pending.work, subscriber, now);
    case Ask::Procedure::kOriginating:
      return originate_with(office_, pending.work, subscriber, now);
    case Ask::Procedure::kTerminating:
      break;
  }
  return route_unregistered(office_, pending.work, subscriber);
}

void Scscf::Impl::found(ims::Ticket ticket, const LookupAnswer& answer, sip::Time now,
                        ims::Actions& actions) {
  auto pending = pending_.take(ticket);
  if (!pending) return;
  registrar_.expire(now);
  Turn turn{.now = now, .actions = actions, .out = {}, .events = {}};
  // A subscriber of another realm has secrets that no challenge of ours can be answered with.
  const bool usable =
      answer.status == LookupStatus::kFound && answer.subscriber.realm == config_.realm;
  Step step = answer.status == LookupStatus::kUnavailable
                  ? refuse(office_, pending->work, 504)
                  : resume(*pending, usable ? &answer.subscriber : nullptr, now);
  perform(std::move(pending->work), std::move(step), turn);
  handle_events(turn);
}

void Scscf::Impl::tick(sip::Time now, ims::Actions& actions) {
  registrar_.expire(now);
  Turn turn{.now = now, .actions = actions, .out = {}, .events = {}};
  proxy_.tick(now, turn.out, turn.events);
  handle_events(turn);
}

std::optional<sip::Time> Scscf::Impl::deadline() const {
  auto due = proxy_.deadline();
  const auto expiry = registrar_.deadline();
  if (!due || (expiry && *expiry < *due)) due = expiry;
  return due;
}

void Scscf::Impl::flush(Turn& turn) {
  for (sip::Outgoing& message : std::exchange(turn.out, {})) {
    turn.actions.emplace_back(ims::Send{std::move(message)});
  }
}

Scscf::Scscf(Config config, std::string nonce_key, sip::RandomSource random)
    : impl_(std::make_unique<Impl>(std::move(config), nonce_key, std::move(random))) {}
Scscf::~Scscf() = default;

void Scscf::receive(sip::Message message, const sip::Flow& flow, sip::Time now,
                    ims::Actions& actions) {
  impl_->receive(std::move(message), flow, now, actions);
}

void Scscf::found(ims::Ticket ticket, LookupAnswer answer, sip::Time now, ims::Actions& actions) {
  impl_->found(ticket, answer, now, actions);
}

void Scscf::tick(sip::Time now, ims::Actions& actions) { impl_->tick(now, actions); }
std::optional<sip::Time> Scscf::deadline() const { return impl_->deadline(); }
const Registrar& Scscf::registrations() const { return impl_->registrar(); }

const sip::Transactions& Scscf::transactions() const { return impl_->transactions(); }

}  // namespace sipward::scscf
