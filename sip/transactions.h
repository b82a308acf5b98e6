// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "sip/flow.h"
#include "sip/message.h"
#include "sip/outgoing.h"
#include "sip/timers.h"

namespace sipward::sip {

/// Names of transactions; never reused within a process, 0 names none.
enum class ServerId : std::uint64_t {};
enum class ClientId : std::uint64_t {};

/// What the transaction layer tells its user.
struct RequestArrived {
  ServerId id{};  ///< 0 for an ACK to a 2xx: it has no transaction
  Message request;
  Flow flow;
};
/// A CANCEL whose INVITE is pending on the same flow; it has been answered with 200 already.
struct CancelArrived {
  ServerId invite{};
};
struct ResponseArrived {
  ClientId id{};
  Message response;
};
/// Timer B or F, or the transport refused: nobody answered. A client transaction that ended.
struct ClientTimedOut {
  ClientId id{};
};
using TransactionEvent =
    std::variant<RequestArrived, CancelArrived, ResponseArrived, ClientTimedOut>;
using TransactionEvents = std::vector<TransactionEvent>;

/// The four transaction machines of RFC 3261 17, with RFC 6026's Accepted state, for all
/// transactions of one element. Sans-I/O: bytes leave through the outbox, time comes in.
///
/// Keyed per RFC 3261 17.1.3 and 17.2.3: branch, sent-by and method; a server transaction also by
/// its flow's transport and remote end, so that nobody joins another's transaction by guessing or
/// having seen a branch. For the same reason a response counts only if it comes from the address
/// that the request was sent to. A request with a branch from before RFC 3261 is refused by the
/// caller (`has_rfc3261_branch`).
///
/// Responses go back to the source of the request (RFC 3581); over UDP, when the Via does not ask
/// for that with `rport`, to the source's address and the sent-by's port (RFC 3261 18.2.2).
class Transactions {
 public:
  struct Config {
    Timers timers;
    std::size_t max_server = 100'000;
    std::size_t max_client = 200'000;  ///< CANCELs, at most one per INVITE, come on top
  };
  struct Counters {
    std::uint64_t retransmissions_absorbed = 0;  ///< requests and final responses seen before
    std::uint64_t retransmissions_sent = 0;      ///< by timers A, E and G
    std::uint64_t stray_responses = 0;           ///< of no transaction, or from the wrong address
    std::uint64_t refused_full = 0;              ///< requests, in or out, that found a full table
    std::uint64_t client_timeouts = 0;
  };

  explicit Transactions(Config config);
  ~Transactions();
  Transactions(Transactions&&) noexcept;
  Transactions& operator=(Transactions&&) noexcept;

  /// A message from the network. A request's top Via is annotated with its source first
  /// (`note_source`; not for kInternal). Retransmissions, ACKs to non-2xx, CANCELs without an
  /// INVITE (481) and stray responses (RFC 6026: dropped) end here. When the table is full a new
  /// request gets 503 with Retry-After and nothing is kept.
  void receive(Message message, const Flow& flow, Time now, Outbox& out, TransactionEvents& events);

  /// The user's response: any number of provisional ones, then one final; for INVITE further 2xx
  /// (RFC 6026). False if there is no such transaction any more: the response is dropped.
  bool respond(ServerId id, const Message& response, Time now, Outbox& out);
  /// Ends a server transaction without a word: the user decided to discard the request.
  void forget(ServerId id);
  /// Whether a final response has been given (or the transaction is gone).
  [[nodiscard]] bool is_answered(ServerId id) const;
  [[nodiscard]] const Flow* flow_of(ServerId id) const;
  /// The To tag for the element's own responses: the same for all of one transaction, and for the
  /// 200 to its CANCEL (RFC 3261 9.2). Empty if there is no such transaction.
  [[nodiscard]] std::string local_tag(ServerId id) const;

  /// Sends a request whose top Via is ours, with a branch nobody else has. nullopt when the table
  /// is full.
  std::optional<ClientId> send(Message request, const Flow& next_hop, Time now, Outbox& out);
  /// Sends a CANCEL for an INVITE that has had a provisional response, or as soon as one comes
  /// (RFC 3261 9.1).
  void cancel(ClientId invite, Time now, Outbox& out);

  void tick(Time now, Outbox& out, TransactionEvents& events);
  /// When `tick` has something to do; nullopt if never.
  [[nodiscard]] std::optional<Time> deadline() const;

  [[nodiscard]] std::size_t server_count() const;
  [[nodiscard]] std::size_t client_count() const;
  [[nodiscard]] const Counters& counters() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sipward::sip
