// SPDX-License-Identifier: Apache-2.0
#include "tests/sip/user_agents.h"

#include <algorithm>
#include <utility>

#include "sip/headers.h"

namespace sipward::sip::simulation {
namespace {

using namespace std::chrono_literals;

constexpr Duration kT1 = 500ms;
constexpr Duration kT2 = 4s;

}  // namespace

// --- Caller ---

Caller::Caller(Place place, std::vector<Call> calls, Time begin)
    : place_(place), calls_(std::move(calls)) {
  for (std::size_t i = 0; i < calls_.size(); ++i) agenda_.set(i, begin + calls_[i].start);
}

std::optional<Time> Caller::deadline() const {
  return earlier(transactions_.deadline(), agenda_.next());
}

void Caller::receive(Message message, const Flow& flow, Time now, Outbox& out) {
  TransactionEvents events;
  transactions_.receive(std::move(message), flow, now, out, events);
  handle(std::move(events), out);
}

void Caller::tick(Time now, Outbox& out) {
  TransactionEvents events;
  transactions_.tick(now, out, events);
  handle(std::move(events), out);
  while (const auto call = agenda_.pop_due(now)) {
    if (started_.contains(*call)) {
      transactions_.cancel(started_.at(*call), now, out);
    } else {
      start(*call, now, out);
    }
  }
}

void Caller::start(std::size_t index, Time now, Outbox& out) {
  const Call& call = calls_[index];
  Message request =
      Message::request(call.method, parse_uri("sip:" + call.user + "@example.net").value());
  request.add(Field::kVia, next_via());
  request.add(Field::kMaxForwards, "70");
  request.add(Field::kFrom, "<sip:alice@example.net>;tag=a" + std::to_string(index));
  request.add(Field::kTo, "<sip:" + call.user + "@example.net>");
  request.add(Field::kCallId, "call-" + std::to_string(index));
  request.add(Field::kCSeq, "1 " + call.method);
  const ClientId client = transactions_.send(std::move(request), to_proxy(), now, out).value();
  clients_[client] = index;
  started_[index] = client;
  if (call.cancel_after) agenda_.set(index, now + *call.cancel_after);
}

void Caller::handle(TransactionEvents events, Outbox& out) {
  for (const TransactionEvent& event : events) {
    if (const auto* timeout = std::get_if<ClientTimedOut>(&event)) {
      ++calls_[clients_.at(timeout->id)].timeouts;
    }
    const auto* arrived = std::get_if<ResponseArrived>(&event);
    if (arrived == nullptr || arrived->response.status() < 200) continue;
    Call& call = calls_[clients_.at(arrived->id)];
    call.finals.insert(std::to_string(arrived->response.status()) + ' ' +
                       to_tag(arrived->response).value_or(""));
    if (call.method == "INVITE" && arrived->response.status() < 300) {
      acknowledge(arrived->response, out);
    }
  }
}

void Caller::acknowledge(const Message& response, Outbox& out) {
  const auto contact = first_name_addr(response, Field::kContact);
  Message ack = Message::request(Method::kAck, contact.value().uri);
  ack.add(Field::kVia, next_via());
  ack.add(Field::kMaxForwards, "70");
  for (const Field field : {Field::kFrom, Field::kTo, Field::kCallId}) {
    ack.add(field, *response.find(field));
  }
  ack.add(Field::kCSeq, "1 ACK");
  out.push_back(make_outgoing(ack, to_proxy()));
}

Flow Caller::to_proxy() const { return {.local = place_.address, .remote = place_.proxy}; }

std::string Caller::next_via() {
  return "SIP/2.0/UDP " + place_.address.text() + ";rport;branch=z9hG4bK-caller-" +
         std::to_string(++branches_);
}

// --- Callee ---

std::optional<Time> Callee::deadline() const {
  return earlier(transactions_.deadline(), agenda_.next());
}

void Callee::receive(Message message, const Flow& flow, Time now, Outbox& out) {
  TransactionEvents events;
  transactions_.receive(std::move(message), flow, now, out, events);
  handle(std::move(events), now, out);
}

void Callee::tick(Time now, Outbox& out) {
  TransactionEvents events;
  transactions_.tick(now, out, events);
  handle(std::move(events), now, out);
  while (const auto id = agenda_.pop_due(now)) on_agenda(*id, now, out);
}

void Callee::handle(TransactionEvents events, Time now, Outbox& out) {
  for (TransactionEvent& event : events) {
    if (auto* arrived = std::get_if<RequestArrived>(&event)) {
      if (arrived->request.method() == Method::kAck) {
        on_ack(arrived->request);
      } else {
        begin(arrived->id, std::move(arrived->request), now, out);
      }
    }
    if (const auto* cancelled = std::get_if<CancelArrived>(&event)) {
      agenda_.set(cancelled->invite, std::nullopt);
      respond(cancelled->invite, 487, now, out);
      calls_.erase(cancelled->invite);
    }
  }
}

void Callee::begin(ServerId id, Message request, Time now, Outbox& out) {
  ++seen_[std::string(call_id(request))];
  const std::string& user = request.request_uri().user;
  const bool invite = request.method() == Method::kInvite;
  const bool busy = user.ends_with("busy");
  const bool rings = user.ends_with("ring");
  Ringing call{.request = std::move(request), .call_id = {}};
  call.call_id = std::string(call_id(call.request));
  call.final_status = busy ? 486 : 200;
  calls_.insert_or_assign(id, std::move(call));
  if (invite) respond(id, 180, now, out);
  if (!rings) agenda_.set(id, now + std::chrono::milliseconds(random_() % 3'000));
}

void Callee::on_agenda(ServerId id, Time now, Outbox& out) {
  Ringing& call = calls_.at(id);
  const bool accepts = call.request.method() == Method::kInvite && call.final_status < 300;
  if (call.answered && now >= call.give_up) {
    ++unacknowledged_;
    calls_.erase(id);
    return;
  }
  respond(id, call.final_status, now, out);
  if (!accepts) {
    calls_.erase(id);
    return;
  }
  if (!call.answered) call.give_up = now + 64 * kT1;
  call.repeat = call.answered ? std::min(2 * call.repeat, kT2) : kT1;
  call.answered = true;
  agenda_.set(id, std::min(now + call.repeat, call.give_up));
}

void Callee::on_ack(const Message& ack) {
  for (auto it = calls_.begin(); it != calls_.end(); ++it) {
    if (!it->second.answered || it->second.call_id != call_id(ack)) continue;
    agenda_.set(it->first, std::nullopt);
    calls_.erase(it);
    return;
  }
}

void Callee::respond(ServerId id, int status, Time now, Outbox& out) {
  // One tag for all responses of a dialog: the transaction layer's serves well.
  Message response =
      make_response(calls_.at(id).request, status, "callee-" + transactions_.local_tag(id));
  response.add(Field::kContact, "<sip:" + address_.text() + ">");
  transactions_.respond(id, response, now, out);
}

// --- PlainProxy ---

PlainProxy::PlainProxy(Endpoint address, std::vector<Endpoint> callees, std::uint64_t seed)
    : address_(address),
      callees_(std::move(callees)),
      random_(seed),
      proxy_({}, [this] { return random_(); }) {}

void PlainProxy::receive(Message message, const Flow& flow, Time now, Outbox& out) {
  ProxyEvents events;
  proxy_.receive(std::move(message), flow, now, out, events);
  handle(std::move(events), now, out);
}

void PlainProxy::tick(Time now, Outbox& out) {
  ProxyEvents events;
  proxy_.tick(now, out, events);
  handle(std::move(events), now, out);
}

void PlainProxy::handle(ProxyEvents events, Time now, Outbox& out) {
  ProxyEvents more;
  for (ProxyEvent& event : events) {
    if (const auto* request = std::get_if<ProxyRequest>(&event)) route(*request, now, out, more);
    if (auto* response = std::get_if<ProxyResponse>(&event)) {
      proxy_.respond(response->id, std::move(response->response), now, out);
    }
    if (const auto* over = std::get_if<ProxyDone>(&event)) done_.insert(over->id);
  }
  if (!more.empty()) handle(std::move(more), now, out);
}

void PlainProxy::route(const ProxyRequest& request, Time now, Outbox& out, ProxyEvents& events) {
  if (request.id != ContextId{}) begun_.insert(request.id);
  const Uri& uri = request.request.request_uri();
  std::vector<Endpoint> next_hops;
  if (const auto ip = uri.ip()) {
    next_hops.push_back({.ip = *ip, .port = uri.port_or_default()});
  } else {
    next_hops.assign(callees_.begin(),
                     uri.user.starts_with("all-") ? callees_.end() : callees_.begin() + 1);
  }
  std::vector<Target> targets;
  for (const Endpoint& next_hop : next_hops) {
    targets.push_back({.request = request.request.clone(),
                       .next_hop = {.local = address_, .remote = next_hop},
                       .via_host = address_.text()});
  }
  proxy_.forward(request.id, std::move(targets), now, out, events);
}

}  // namespace sipward::sip::simulation
