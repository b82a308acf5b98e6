// SPDX-License-Identifier: Apache-2.0
#include "sip/client_side.h"

#include <utility>

#include "sip/headers.h"
#include "sip/hop_by_hop.h"

namespace sipward::sip {
namespace {

/// RFC 3261 17.1.3. No separator can stand inside a part.
std::string key_for(const Via& via, std::string_view method) {
  std::string key(via.branch());
  key += '\n';
  key += via.sent_by();
  key += '\n';
  key += method;
  return key;
}

/// Who has seen a branch, as everybody behind us has, must not answer for the next hop. The port
/// may differ: not every peer sends from the port it listens on.
bool comes_from(const Flow& flow, const Flow& next_hop) {
  if (next_hop.transport == Transport::kInternal) return flow == next_hop;
  return flow.transport == next_hop.transport && flow.remote.ip == next_hop.remote.ip;
}

void release(std::string& text) { std::string().swap(text); }

}  // namespace

std::optional<ClientId> ClientSide::send(Message request, const Flow& next_hop, Time now,
                                         Outbox& out) {
  if (table_.size() >= config_.max_client) {
    ++counters_.refused_full;
    return std::nullopt;
  }
  return begin(std::move(request), next_hop, now, out);
}

std::optional<ClientId> ClientSide::begin(Message request, const Flow& next_hop, Time now,
                                          Outbox& out) {
  const auto via = top_via(request);
  if (!via) return std::nullopt;
  std::string key = key_for(*via, request.method_text());
  if (table_.find(key)) return std::nullopt;
  const ClientTransaction::Kind kind{.invite = request.method() == Method::kInvite,
                                     .reliable = is_reliable(next_hop.transport)};
  Client client{.machine = ClientTransaction(kind, config_.timers, now), .next_hop = next_hop};
  client.is_cancel = request.method() == Method::kCancel;
  if (kind.invite) client.cancel = make_cancel(request);
  Outgoing outgoing = make_outgoing(std::move(request), next_hop);
  if (!kind.reliable) client.wire = repeatable(outgoing);
  out.push_back(std::move(outgoing));
  return table_.insert(std::move(key), std::move(client));
}

void ClientSide::receive(IncomingResponse response, Turn& turn) {
  const auto sequence = cseq(response.message);
  const auto id = sequence ? table_.find(key_for(response.via, sequence->method)) : std::nullopt;
  if (!id || !comes_from(response.flow, table_.get(*id)->next_hop)) {
    ++counters_.stray_responses;
    return;
  }
  take(*id, std::move(response.message), turn);
}

void ClientSide::take(ClientId id, Message response, Turn& turn) {
  Client& client = *table_.get(id);
  const auto step = client.machine.on_response(response.status(), turn.now);
  if (step.ack) {
    acknowledge(client, response, turn.out);
  } else if (step.deliver && (client.machine.has_final() || client.cancel)) {
    release(client.wire);  // nothing more to repeat: a final response, or any to an INVITE
  }
  if (client.machine.has_final()) client.cancel.reset();
  if (!step.deliver) ++counters_.retransmissions_absorbed;
  if (step.deliver && !client.is_cancel) {
    turn.events.push_back(ResponseArrived{id, std::move(response)});
  }
  if (client.cancelling == Cancelling::kWanted) send_cancel(client, turn.now, turn.out);
  table_.settle(id);
}

void ClientSide::acknowledge(Client& client, const Message& response, Outbox& out) {
  if (!client.cancel) return resend(client, out);
  out.push_back(make_outgoing(make_ack(*client.cancel, response), client.next_hop));
  client.wire = repeatable(out.back());
}

void ClientSide::cancel(ClientId id, Time now, Outbox& out) {
  Client* client = table_.get(id);
  if (client == nullptr || !client->cancel || client->cancelling == Cancelling::kSent) return;
  client->cancelling = Cancelling::kWanted;
  if (client->machine.state() != ClientTransaction::State::kProceeding) return;
  send_cancel(*client, now, out);
  table_.settle(id);
}

void ClientSide::send_cancel(Client& client, Time now, Outbox& out) {
  if (!client.cancel) return;  // the final response was faster
  client.cancelling = Cancelling::kSent;
  client.machine.on_cancel_sent(now);
  begin(client.cancel->clone(), client.next_hop, now, out);
}

void ClientSide::resend(const Client& client, Outbox& out) {
  if (!client.wire.empty()) out.push_back({client.next_hop, client.wire});
}

void ClientSide::tick(Turn& turn) {
  while (const auto id = table_.pop_due(turn.now)) {
    Client& client = *table_.get(*id);
    const auto step = client.machine.on_timer(turn.now);
    if (step == ClientTransaction::TimerStep::kRetransmit) {
      ++counters_.retransmissions_sent;
      resend(client, turn.out);
    }
    if (step == ClientTransaction::TimerStep::kTimedOut && !client.is_cancel) {
      ++counters_.client_timeouts;
      turn.events.push_back(ClientTimedOut{*id});
    }
    table_.settle(*id);
  }
}

}  // namespace sipward::sip
