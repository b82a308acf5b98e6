// SPDX-License-Identifier: Apache-2.0
#include "agent/pcscf/pcscf.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "agent/pcscf/originating.h"
#include "agent/pcscf/registrations.h"
#include "agent/pcscf/row_keeper.h"
#include "agent/pcscf/source.h"
#include "agent/pcscf/terminating.h"
#include "sip/headers.h"
#include "sip/reader.h"
#include "sip/stun.h"

namespace sipward::pcscf {
namespace {

using ims::EventKind;

bool is_keep_alive(std::string_view datagram) {
  return datagram.find_first_not_of("\r\n") == std::string_view::npos;
}

std::string what(const sip::Message& message) {
  return message.is_request() ? std::string(message.method_text())
                              : "response " + std::to_string(message.status());
}

std::optional<sip::Time> earlier(std::optional<sip::Time> a, std::optional<sip::Time> b) {
  if (!a || !b) return a ? a : b;
  return std::min(*a, *b);
}

}  // namespace

class Pcscf::Impl {
 public:
  Impl(Config config, sip::RandomSource random)
      : common_(std::move(config), std::move(random)),
        from_ue_(common_.config.proxy, common_.random),
        to_ue_(common_.config.proxy, common_.random),
        rows_(common_, from_ue_),
        registrations_(common_, from_ue_, rows_),
        originating_(common_, from_ue_),
        terminating_(common_, to_ue_) {}

  void receive_access(const Datagram& datagram, Turn& turn);
  void receive_core(sip::Message message, const sip::Flow& flow, Turn& turn);
  void installed(ims::Ticket ticket, bool ok, Turn& turn);
  void tick(Turn& turn);
  [[nodiscard]] std::optional<sip::Time> deadline() const;
  [[nodiscard]] const BindingTable& bindings() const { return common_.table; }
  [[nodiscard]] std::array<const sip::Transactions*, 2> transactions() const {
    return {&from_ue_.transactions(), &to_ue_.transactions()};
  }
  bool remove(const ims::BindingKey& key, Turn& turn) { return rows_.remove(key, turn); }
  std::size_t release(const ReleasedSource& source, Turn& turn) {
    rows_.expire(turn);
    return rows_.release(source.ip, source.port, turn);
  }

 private:
  void reject_malformed(const Datagram& datagram, const sip::ParseError& error,
                        const Source& source, Turn& turn);
  void access_request(sip::Message request, const sip::Flow& flow, const Source& source,
                      Turn& turn);
  [[nodiscard]] Source judge(const Datagram& datagram, sip::Time now);
  [[nodiscard]] bool may_pass(const Source& source, bool registers) const;
  void report_doubt(const sip::Message& message, const sip::Flow& flow, const Source& source,
                    Turn& turn);
  void refuse_stranger(const sip::Message& message, const sip::Flow& flow, const Source& source,
                       Turn& turn);
  void answer(const sip::Message& request, const sip::Flow& flow, const Refusal& refusal,
              Turn& turn);
  [[nodiscard]] bool is_core_peer(const sip::Flow& flow) const;
  void drain(Turn& turn, const Source& source = {});
  void handle_from_ue(sip::ProxyEvent event, const Source& source, Turn& turn);
  void handle_to_ue(sip::ProxyEvent event, const Source& source, Turn& turn);

  Common common_;
  Relay from_ue_;
  Relay to_ue_;
  RowKeeper rows_;
  Registrations registrations_;
  Originating originating_;
  Terminating terminating_;
};

void Pcscf::Impl::receive_access(const Datagram& datagram, Turn& turn) {
  rows_.expire(turn);
  const sip::Flow& flow = datagram.flow;
  const Source source = judge(datagram, turn.now);
  if (is_keep_alive(datagram.bytes)) return;  // RFC 5626 3.5.1 asks for a pong on streams only
  if (sip::is_stun(datagram.bytes)) {
    if (auto reply = sip::answer_stun(datagram.bytes, flow.remote)) {
      turn.send(sip::Outgoing{.flow = flow, .content = std::move(*reply)});
    }
    return;
  }
  auto parsed = sip::parse_message(datagram.bytes);
  if (!parsed) return reject_malformed(datagram, parsed.error(), source, turn);

  sip::Message message = std::move(*parsed);
  const bool registers = message.is_request() && message.method() == sip::Method::kRegister;
  if (!registers) report_doubt(message, flow, source, turn);
  if (!may_pass(source, registers)) return refuse_stranger(message, flow, source, turn);
  if (message.is_request()) return access_request(std::move(message), flow, source, turn);
  to_ue_.receive(std::move(message), flow, turn);
  drain(turn, source);
}

Source Pcscf::Impl::judge(const Datagram& datagram, sip::Time now) {
  const ims::TagPolicy policy = common_.config.tag_policy;
  // With a gate the kernel says who was silent for too long.
  if (policy == ims::TagPolicy::kAbsent) common_.table.note_seen(datagram.flow, now);
  Source source = judge_source(common_.table.find(datagram.flow, now), datagram.tag, policy);
  if (datagram.anchor) source.anchor = datagram.anchor;
  return source;
}

bool Pcscf::Impl::may_pass(const Source& source, bool registers) const {
  if (registers) return source.may_register;
  if (source.row == nullptr) return false;
  return !source.suspect || common_.config.suspect_action != SuspectAction::kRefuse;
}

void Pcscf::Impl::report_doubt(const sip::Message& message, const sip::Flow& flow,
                               const Source& source, Turn& turn) {
  if (!source.mismatch && !source.suspect) return;
  EventKind kind = EventKind::kSuspect;
  if (source.mismatch) {
    kind = source.stale_epoch ? EventKind::kStaleEpoch : EventKind::kTagMismatch;
  }
  turn.report({.kind = kind,
               .flow = flow,
               .impi = source.row != nullptr ? source.row->impi.text : "",
               .impu = {},
               .detail = what(message)});
}

void Pcscf::Impl::reject_malformed(const Datagram& datagram, const sip::ParseError& error,
                                   const Source& source, Turn& turn) {
  turn.report({.kind = EventKind::kMalformed,
               .flow = datagram.flow,
               .impi = source.row != nullptr ? source.row->impi.text : "",
               .impu = {},
               .detail = error.describe()});
  if (source.row == nullptr) return;
  if (auto rejection = sip::make_rejection(datagram.bytes, error)) {
    answer_statelessly(std::move(*rejection), datagram.flow, turn);
  }
}

void Pcscf::Impl::access_request(sip::Message request, const sip::Flow& flow, const Source& source,
                                 Turn& turn) {
  // RFC 3261 17.2.3: without the cookie a branch names no transaction for certain.
  if (!sip::top_via(request)->has_rfc3261_branch()) {
    return answer(request, flow, {.status = 400, .reason = "Branch Before RFC 3261"}, turn);
  }
  if (request.method() == sip::Method::kCancel &&
      !originating_.may_cancel(request, flow, *source.row)) {
    turn.report({.kind = EventKind::kFlowMismatch,
                 .flow = flow,
                 .impi = source.row->impi.text,
                 .impu = {},
                 .detail = "CANCEL"});
    return answer(request, flow, {.status = 481}, turn);
  }
  from_ue_.receive(std::move(request), flow, turn);
  drain(turn, source);
}

void Pcscf::Impl::refuse_stranger(const sip::Message& message, const sip::Flow& flow,
                                  const Source& source, Turn& turn) {
  if (source.mismatch) return;  // reported; who it is cannot be told: silence
  if (!source.suspect) {
    turn.report({.kind = EventKind::kUnbound,
                 .flow = flow,
                 .impi = {},
                 .impu = {},
                 .detail = what(message)});
  }
  if (common_.config.unbound_action != UnboundAction::kForbid || !message.is_request()) return;
  answer(message, flow, {.status = 403}, turn);
}

/// An answer that costs no transaction.
void Pcscf::Impl::answer(const sip::Message& request, const sip::Flow& flow, const Refusal& refusal,
                         Turn& turn) {
  if (request.method() == sip::Method::kAck) return;
  answer_statelessly(make_refusal(request, refusal, std::to_string(common_.random())), flow, turn);
}

void Pcscf::Impl::receive_core(sip::Message message, const sip::Flow& flow, Turn& turn) {
  rows_.expire(turn);
  if (!is_core_peer(flow)) {
    turn.report({.kind = EventKind::kNotACorePeer,
                 .flow = flow,
                 .impi = {},
                 .impu = {},
                 .detail = what(message)});
    return;
  }
  if (!message.is_request()) {
    from_ue_.receive(std::move(message), flow, turn);
    return drain(turn);
  }
  if (!sip::top_via(message)->has_rfc3261_branch()) {
    return answer(message, flow, {.status = 400, .reason = "Branch Before RFC 3261"}, turn);
  }
  to_ue_.receive(std::move(message), flow, turn);
  drain(turn);
}

bool Pcscf::Impl::is_core_peer(const sip::Flow& flow) const {
  const Config& config = common_.config;
  if (flow.transport == sip::Transport::kInternal) return config.core.transport == flow.transport;
  if (config.core.transport != sip::Transport::kInternal &&
      flow.remote.ip == config.core.remote.ip) {
    return true;
  }
  const auto& peers = config.core_peers;
  return std::find(peers.begin(), peers.end(), flow.remote.ip) != peers.end();
}

void Pcscf::Impl::installed(ims::Ticket ticket, bool ok, Turn& turn) {
  rows_.installed(ticket, ok, turn);
  drain(turn);
}

void Pcscf::Impl::tick(Turn& turn) {
  rows_.expire(turn);
  from_ue_.tick(turn);
  to_ue_.tick(turn);
  drain(turn);
}

std::optional<sip::Time> Pcscf::Impl::deadline() const {
  return earlier(rows_.deadline(), earlier(from_ue_.deadline(), to_ue_.deadline()));
}

/// `source`: of the message that has just come in, which is the first event.
void Pcscf::Impl::drain(Turn& turn, const Source& source) {
  while (true) {
    if (auto event = from_ue_.next_event()) {
      handle_from_ue(std::move(*event), source, turn);
    } else if (auto other = to_ue_.next_event()) {
      handle_to_ue(std::move(*other), source, turn);
    } else {
      return;
    }
  }
}

void Pcscf::Impl::handle_from_ue(sip::ProxyEvent event, const Source& source, Turn& turn) {
  if (auto* arrived = std::get_if<sip::ProxyRequest>(&event)) {
    if (arrived->request.method() == sip::Method::kRegister) {
      registrations_.request(std::move(*arrived), source, turn);
    } else {
      originating_.request(std::move(*arrived), source, turn);
    }
  } else if (auto* answered = std::get_if<sip::ProxyResponse>(&event)) {
    if (registrations_.owns(answered->id)) {
      registrations_.response(std::move(*answered), turn);
    } else {
      originating_.response(std::move(*answered), turn);
    }
  } else {
    const sip::ContextId id = std::get<sip::ProxyDone>(event).id;
    registrations_.done(id);
    originating_.done(id);
  }
}

void Pcscf::Impl::handle_to_ue(sip::ProxyEvent event, const Source& source, Turn& turn) {
  if (auto* arrived = std::get_if<sip::ProxyRequest>(&event)) {
    terminating_.request(std::move(*arrived), turn);
  } else if (auto* answered = std::get_if<sip::ProxyResponse>(&event)) {
    terminating_.response(std::move(*answered), source.suspect, turn);
  } else {
    terminating_.done(std::get<sip::ProxyDone>(event).id);
  }
}

Pcscf::Pcscf(Config config, sip::RandomSource random)
    : impl_(std::make_unique<Impl>(std::move(config), std::move(random))) {}
Pcscf::~Pcscf() = default;

void Pcscf::receive_access(const Datagram& datagram, sip::Time now, ims::Actions& actions) {
  Turn turn(now, actions);
  impl_->receive_access(datagram, turn);
}

void Pcscf::receive_core(sip::Message message, const sip::Flow& flow, sip::Time now,
                         ims::Actions& actions) {
  Turn turn(now, actions);
  impl_->receive_core(std::move(message), flow, turn);
}

void Pcscf::installed(ims::Ticket ticket, bool ok, sip::Time now, ims::Actions& actions) {
  Turn turn(now, actions);
  impl_->installed(ticket, ok, turn);
}

void Pcscf::tick(sip::Time now, ims::Actions& actions) {
  Turn turn(now, actions);
  impl_->tick(turn);
}

std::optional<sip::Time> Pcscf::deadline() const { return impl_->deadline(); }
const BindingTable& Pcscf::bindings() const { return impl_->bindings(); }

std::array<const sip::Transactions*, 2> Pcscf::transactions() const {
  return impl_->transactions();
}

bool Pcscf::remove(const ims::BindingKey& key, sip::Time now, ims::Actions& actions) {
  Turn turn(now, actions);
  return impl_->remove(key, turn);
}

std::size_t Pcscf::release(const ReleasedSource& source, sip::Time now, ims::Actions& actions) {
  Turn turn(now, actions);
  return impl_->release(source, turn);
}

}  // namespace sipward::pcscf
