// SPDX-License-Identifier: Apache-2.0
#include "sip/transactions.h"

#include <utility>

#include "sip/client_side.h"
#include "sip/headers.h"
#include "sip/server_side.h"
#include "sip/timer_queue.h"

namespace sipward::sip {

class Transactions::Impl {
 public:
  explicit Impl(Config given) : config(given), server(config, counters), client(config, counters) {}

  // The sides refer to these two: an Impl stays where it is.
  const Config config;
  Counters counters;
  ServerSide server;
  ClientSide client;
};

Transactions::Transactions(Config config) : impl_(std::make_unique<Impl>(config)) {}
Transactions::~Transactions() = default;
Transactions::Transactions(Transactions&&) noexcept = default;
Transactions& Transactions::operator=(Transactions&&) noexcept = default;

void Transactions::receive(Message message, const Flow& flow, Time now, Outbox& out,
                           TransactionEvents& events) {
  auto via = top_via(message);
  if (!via) return;  // the reader lets no such message in
  Turn turn{.now = now, .out = out, .events = events};
  if (!message.is_request()) {
    return impl_->client.receive({std::move(message), std::move(*via), flow}, turn);
  }
  if (flow.transport != Transport::kInternal) {
    note_source(*via, flow.remote);
    message.set_first(Field::kVia, via->text());
  }
  impl_->server.receive({std::move(message), std::move(*via), flow}, turn);
}

bool Transactions::respond(ServerId id, const Message& response, Time now, Outbox& out) {
  return impl_->server.respond(id, response, now, out);
}

void Transactions::forget(ServerId id) { impl_->server.forget(id); }

bool Transactions::is_answered(ServerId id) const { return impl_->server.is_answered(id); }

const Flow* Transactions::flow_of(ServerId id) const { return impl_->server.flow_of(id); }

std::string Transactions::local_tag(ServerId id) const { return impl_->server.local_tag(id); }

std::optional<ClientId> Transactions::send(Message request, const Flow& next_hop, Time now,
                                           Outbox& out) {
  return impl_->client.send(std::move(request), next_hop, now, out);
}

void Transactions::cancel(ClientId invite, Time now, Outbox& out) {
  impl_->client.cancel(invite, now, out);
}

void Transactions::tick(Time now, Outbox& out, TransactionEvents& events) {
  Turn turn{.now = now, .out = out, .events = events};
  impl_->server.tick(now, out);
  impl_->client.tick(turn);
}

std::optional<Time> Transactions::deadline() const {
  return earlier(impl_->server.deadline(), impl_->client.deadline());
}

std::size_t Transactions::server_count() const { return impl_->server.size(); }
std::size_t Transactions::client_count() const { return impl_->client.size(); }
const Transactions::Counters& Transactions::counters() const { return impl_->counters; }

}  // namespace sipward::sip
