// SPDX-License-Identifier: Apache-2.0
#include "agent/pcscf/relay.h"

#include <iterator>

#include "sip/headers.h"
#include "sip/server_side.h"

namespace sipward::pcscf {
namespace {

void append(std::deque<sip::ProxyEvent>& queue, sip::ProxyEvents events) {
  queue.insert(queue.end(), std::make_move_iterator(events.begin()),
               std::make_move_iterator(events.end()));
}

}  // namespace

Relay::Relay(const sip::Proxy::Config& config, sip::RandomSource random)
    : proxy_(config, std::move(random)) {}

void Relay::receive(sip::Message message, const sip::Flow& flow, Turn& turn) {
  sip::Outbox out;
  sip::ProxyEvents events;
  proxy_.receive(std::move(message), flow, turn.now, out, events);
  turn.send(std::move(out));
  append(events_, std::move(events));
}

void Relay::forward(sip::ContextId id, sip::Target target, Turn& turn) {
  std::vector<sip::Target> targets;
  targets.push_back(std::move(target));
  sip::Outbox out;
  sip::ProxyEvents events;
  proxy_.forward(id, std::move(targets), turn.now, out, events);
  turn.send(std::move(out));
  append(events_, std::move(events));
}

void Relay::respond(sip::ContextId id, sip::Message response, Turn& turn) {
  sip::Outbox out;
  proxy_.respond(id, std::move(response), turn.now, out);
  turn.send(std::move(out));
}

void Relay::refuse(const sip::ProxyRequest& request, const Refusal& refusal, Turn& turn) {
  if (request.id == sip::ContextId{}) return;  // RFC 3261 17: an ACK is never answered
  const std::string tag = proxy_.transactions().local_tag(request.id);
  respond(request.id, make_refusal(request.request, refusal, tag), turn);
}

void Relay::refuse_statelessly(const sip::ProxyRequest& request, const Refusal& refusal,
                               Turn& turn) {
  const std::string tag = proxy_.transactions().local_tag(request.id);
  discard(request.id);
  answer_statelessly(make_refusal(request.request, refusal, tag), request.flow, turn);
}

void Relay::discard(sip::ContextId id) {
  if (id != sip::ContextId{}) proxy_.discard(id);
}

void Relay::tick(Turn& turn) {
  sip::Outbox out;
  sip::ProxyEvents events;
  proxy_.tick(turn.now, out, events);
  turn.send(std::move(out));
  append(events_, std::move(events));
}

std::optional<sip::ProxyEvent> Relay::next_event() {
  if (events_.empty()) return std::nullopt;
  sip::ProxyEvent event = std::move(events_.front());
  events_.pop_front();
  return event;
}

sip::Message make_refusal(const sip::Message& message, const Refusal& refusal,
                          std::string_view to_tag) {
  sip::Message response = sip::make_response(message, refusal.status, to_tag, refusal.reason);
  if (refusal.field != sip::Field::kUnknown) response.add(refusal.field, refusal.value);
  return response;
}

void answer_statelessly(sip::Message response, const sip::Flow& flow, Turn& turn) {
  auto via = sip::top_via(response);
  if (!via) return;
  if (flow.transport != sip::Transport::kInternal) sip::note_source(*via, flow.remote);
  response.set_first(sip::Field::kVia, via->text());
  turn.send(response, sip::response_flow(*via, flow));
}

}  // namespace sipward::pcscf
