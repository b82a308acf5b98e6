// SPDX-License-Identifier: Apache-2.0
#include "sip/server_side.h"

#include <array>
#include <utility>

#include "sip/headers.h"

namespace sipward::sip {
namespace {

constexpr std::string_view kRetryAfterSeconds = "10";

/// The method of the transaction that a request belongs to is given apart: ACK and CANCEL are
/// looked up as INVITE. No separator can stand inside a part.
std::string key_for(const IncomingRequest& request, std::string_view method) {
  std::string key(request.via.branch());
  key += '\n';
  key += request.via.sent_by();
  key += '\n';
  key += method;
  key += '\n';
  key += request.flow.text();
  return key;
}

/// A tag that only this process can make (RFC 3261 19.3), without having to remember it. The prefix
/// keeps the hash that tags show apart from the one that chooses places in the table.
std::string tag_of(const std::string& key) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::uint64_t value = keyed_hash("to-tag\n" + key);
  std::array<char, 16> text{};
  for (char& c : text) {
    c = kHex[value & 0xF];
    value >>= 4;
  }
  return {text.data(), text.size()};
}

struct StatelessAnswer {
  int status = 0;
  std::string tag;
};

Message make_answer(const IncomingRequest& request, const StatelessAnswer& answer) {
  Message response = make_response(request.message, answer.status, answer.tag);
  if (answer.status == 503) response.set(Field::kRetryAfter, kRetryAfterSeconds);
  return response;
}

}  // namespace

Flow response_flow(const Via& via, const Flow& flow) {
  if (flow.transport != Transport::kUdp || via.params.has("rport")) return flow;
  Flow reply = flow;
  const auto target = response_target(via);
  // `received` is the source, so the addresses agree; nobody has answers sent to a third party.
  if (target && target->ip == flow.remote.ip) reply.remote = *target;
  return reply;
}

void ServerSide::receive(IncomingRequest request, Turn& turn) {
  if (request.message.method() == Method::kAck) {
    return receive_ack(std::move(request), turn);
  }
  std::string key = key_for(request, request.message.method_text());
  if (const auto known = table_.find(key)) return repeat(*known, turn.out);
  if (request.message.method() == Method::kCancel) {
    return receive_cancel(request, turn);
  }
  begin(std::move(key), std::move(request), turn);
}

void ServerSide::receive_ack(IncomingRequest request, Turn& turn) {
  const std::string key = key_for(request, method_name(Method::kInvite));
  if (const auto id = table_.find(key)) {
    const bool is_users = table_.get(*id)->machine.on_ack(turn.now);
    table_.settle(*id);
    if (!is_users) return;
  } else if (to_tag(request.message) == tag_of(key)) {
    return;  // it acknowledges a response of ours that was sent without a transaction
  }
  turn.events.push_back(
      RequestArrived{.id = {}, .request = std::move(request.message), .flow = request.flow});
}

void ServerSide::receive_cancel(const IncomingRequest& request, Turn& turn) {
  const std::string invite_key = key_for(request, method_name(Method::kInvite));
  const auto invite = table_.find(invite_key);
  StatelessAnswer answer{.status = 481, .tag = tag_of(invite_key)};
  if (invite) {
    const Server& server = *table_.get(*invite);
    answer.status = 200;
    if (!server.to_tag.empty()) answer.tag = server.to_tag;
    if (!server.machine.is_answered()) turn.events.push_back(CancelArrived{*invite});
  }
  const Message response = make_answer(request, answer);
  // A full table does not keep a CANCEL from being obeyed: it makes room.
  const auto id = insert(key_for(request, method_name(Method::kCancel)), request);
  if (id) {
    respond(*id, response, turn.now, turn.out);
  } else {
    turn.out.push_back(make_outgoing(response, response_flow(request.via, request.flow)));
  }
}

void ServerSide::begin(std::string key, IncomingRequest request, Turn& turn) {
  std::string tag = tag_of(key);
  const auto id = insert(std::move(key), request);
  if (!id) {
    ++counters_.refused_full;
    const Message response = make_answer(request, {.status = 503, .tag = std::move(tag)});
    turn.out.push_back(make_outgoing(response, response_flow(request.via, request.flow)));
    return;
  }
  turn.events.push_back(
      RequestArrived{.id = *id, .request = std::move(request.message), .flow = request.flow});
}

std::optional<ServerId> ServerSide::insert(std::string key, const IncomingRequest& request) {
  if (table_.size() >= config_.max_server) return std::nullopt;
  const ServerTransaction::Kind kind{.invite = request.message.method() == Method::kInvite,
                                     .reliable = is_reliable(request.flow.transport)};
  return table_.insert(std::move(key),
                       Server{.machine = ServerTransaction(kind, config_.timers),
                              .flow = request.flow,
                              .reply_flow = response_flow(request.via, request.flow),
                              .last_response = {},
                              .to_tag = {}});
}

void ServerSide::repeat(ServerId id, Outbox& out) {
  ++counters_.retransmissions_absorbed;
  const Server& server = *table_.get(id);
  if (server.machine.on_request()) resend(server, out);
}

void ServerSide::resend(const Server& server, Outbox& out) const {
  if (!server.last_response.empty()) out.push_back({server.reply_flow, server.last_response});
}

bool ServerSide::respond(ServerId id, const Message& response, Time now, Outbox& out) {
  Server* server = table_.get(id);
  if (server == nullptr || !server->machine.on_response(response.status(), now)) return false;
  if (response.status() > 100) server->to_tag = to_tag(response).value_or("");
  out.push_back(make_outgoing(response, server->reply_flow));
  // In Accepted the user repeats its 2xx itself (RFC 6026 8.7).
  const bool repeats = server->machine.state() != ServerTransaction::State::kAccepted;
  server->last_response = repeats ? repeatable(out.back()) : std::string();
  table_.settle(id);
  return true;
}

void ServerSide::tick(Time now, Outbox& out) {
  while (const auto id = table_.pop_due(now)) {
    Server& server = *table_.get(*id);
    if (server.machine.on_timer(now)) {
      ++counters_.retransmissions_sent;
      resend(server, out);
    }
    table_.settle(*id);
  }
}

bool ServerSide::is_answered(ServerId id) const {
  const Server* server = table_.get(id);
  return server == nullptr || server->machine.is_answered();
}

const Flow* ServerSide::flow_of(ServerId id) const {
  const Server* server = table_.get(id);
  return server == nullptr ? nullptr : &server->flow;
}

std::string ServerSide::local_tag(ServerId id) const {
  return table_.get(id) == nullptr ? std::string() : tag_of(table_.key_of(id));
}

}  // namespace sipward::sip
