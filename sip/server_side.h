// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "sip/server_transaction.h"
#include "sip/transaction_table.h"
#include "sip/transactions.h"
#include "sip/turn.h"
#include "sip/via.h"

namespace sipward::sip {

/// A request from the network with its top Via, which has been annotated with the source.
struct IncomingRequest {
  Message message;
  Via via;
  Flow flow;
};

/// Where responses to a request go that came over `flow` (RFC 3261 18.2.2, RFC 3581 4): back to its
/// source; over UDP without `rport` to the port of its Via's sent-by. `via` is annotated.
[[nodiscard]] Flow response_flow(const Via& via, const Flow& flow);

/// The server transactions of one element. The configuration and the counters belong to
/// `Transactions`, which outlives it.
class ServerSide {
 public:
  ServerSide(const Transactions::Config& config, Transactions::Counters& counters)
      : config_(config), counters_(counters) {}

  void receive(IncomingRequest request, Turn& turn);
  bool respond(ServerId id, const Message& response, Time now, Outbox& out);
  void forget(ServerId id) { table_.erase(id); }
  void tick(Time now, Outbox& out);

  [[nodiscard]] bool is_answered(ServerId id) const;
  [[nodiscard]] const Flow* flow_of(ServerId id) const;
  [[nodiscard]] std::string local_tag(ServerId id) const;
  [[nodiscard]] std::optional<Time> deadline() const { return table_.deadline(); }
  [[nodiscard]] std::size_t size() const { return table_.size(); }

 private:
  /// What is kept of a request: nothing but where the answer goes, and the answer.
  struct Server {
    ServerTransaction machine;
    Flow flow;                  // where the request came from
    Flow reply_flow;            // where its responses go
    std::string last_response;  // bytes to send again; none for kInternal
    std::string to_tag;         // INVITE: of the responses so far
  };

  void receive_ack(IncomingRequest request, Turn& turn);
  void receive_cancel(const IncomingRequest& request, Turn& turn);
  void begin(std::string key, IncomingRequest request, Turn& turn);
  void repeat(ServerId id, Outbox& out);
  std::optional<ServerId> insert(std::string key, const IncomingRequest& request);
  void resend(const Server& server, Outbox& out) const;

  const Transactions::Config& config_;
  Transactions::Counters& counters_;
  TransactionTable<ServerId, Server> table_;
};

}  // namespace sipward::sip
