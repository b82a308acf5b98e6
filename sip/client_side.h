// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "sip/client_transaction.h"
#include "sip/transaction_table.h"
#include "sip/transactions.h"
#include "sip/turn.h"
#include "sip/via.h"

namespace sipward::sip {

/// The client transactions of one element. The configuration and the counters belong to
/// `Transactions`, which outlives it.
class ClientSide {
 public:
  ClientSide(const Transactions::Config& config, Transactions::Counters& counters)
      : config_(config), counters_(counters) {}

  /// `via` is the response's top one.
  struct IncomingResponse {
    Message message;
    Via via;
    Flow flow;
  };
  void receive(IncomingResponse response, Turn& turn);
  std::optional<ClientId> send(Message request, const Flow& next_hop, Time now, Outbox& out);
  void cancel(ClientId id, Time now, Outbox& out);
  void tick(Turn& turn);

  [[nodiscard]] std::optional<Time> deadline() const { return table_.deadline(); }
  [[nodiscard]] std::size_t size() const { return table_.size(); }

 private:
  enum class Cancelling : std::uint8_t {
    kNo,
    kWanted,  ///< as soon as there is a provisional response
    kSent,
  };
  struct Client {
    ClientTransaction machine;
    Flow next_hop;
    /// Bytes to send again: the request, and after a final response to INVITE its ACK.
    std::string wire{};
    /// INVITE without a final response: its CANCEL; the ACK is made of it too.
    std::optional<Message> cancel{};
    Cancelling cancelling = Cancelling::kNo;
    bool is_cancel = false;  ///< its end concerns nobody
  };

  std::optional<ClientId> begin(Message request, const Flow& next_hop, Time now, Outbox& out);
  void take(ClientId id, Message response, Turn& turn);
  void acknowledge(Client& client, const Message& response, Outbox& out);
  void send_cancel(Client& client, Time now, Outbox& out);
  void resend(const Client& client, Outbox& out);

  const Transactions::Config& config_;
  Transactions::Counters& counters_;
  TransactionTable<ClientId, Client> table_;
};

}  // namespace sipward::sip
