// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "sip/proxy.h"
#include "sip/timer_queue.h"
#include "sip/transactions.h"
#include "tests/sip/simulation.h"

/// The elements of a simulated network: who calls, who is called, and a proxy between them. What
/// becomes of a request its Request-URI's user says: `answer`, `busy` or `ring` (till cancelled).
namespace sipward::sip::simulation {

/// A request as its caller sees it.
struct Call {
  std::string method = "INVITE";
  std::string user = "answer";
  Duration start{};                        ///< after the beginning
  std::optional<Duration> cancel_after{};  ///< the start
  // What came of it.
  std::set<std::string> finals{};  ///< status and To tag of each different one
  int timeouts = 0;
};

/// Sends requests over the transaction layer, and ACKs to 2xx as a UA core does.
class Caller : public Element {
 public:
  struct Place {
    Endpoint address;
    Endpoint proxy;
  };
  Caller(Place place, std::vector<Call> calls, Time begin);

  void receive(Message message, const Flow& flow, Time now, Outbox& out) override;
  void tick(Time now, Outbox& out) override;
  [[nodiscard]] std::optional<Time> deadline() const override;

  [[nodiscard]] const std::vector<Call>& calls() const { return calls_; }
  [[nodiscard]] const Transactions& transactions() const { return transactions_; }

 private:
  void handle(TransactionEvents events, Outbox& out);
  void start(std::size_t call, Time now, Outbox& out);
  void acknowledge(const Message& response, Outbox& out);
  [[nodiscard]] Flow to_proxy() const;
  [[nodiscard]] std::string next_via();

  Place place_;
  std::vector<Call> calls_;
  Transactions transactions_{{}};
  std::map<ClientId, std::size_t> clients_;
  std::map<std::size_t, ClientId> started_;
  TimerQueue<std::size_t> agenda_;
  std::uint64_t branches_ = 0;
};

/// Answers requests, and repeats its 2xx to INVITE until the ACK, as a UA core does.
class Callee : public Element {
 public:
  Callee(Endpoint address, std::uint64_t seed) : address_(address), random_(seed) {}

  void receive(Message message, const Flow& flow, Time now, Outbox& out) override;
  void tick(Time now, Outbox& out) override;
  [[nodiscard]] std::optional<Time> deadline() const override;

  /// How often each request, by its Call-ID, was handed to the user.
  [[nodiscard]] const std::map<std::string, int>& seen() const { return seen_; }
  [[nodiscard]] int unacknowledged() const { return unacknowledged_; }
  [[nodiscard]] const Transactions& transactions() const { return transactions_; }

 private:
  struct Ringing {
    Message request;
    std::string call_id;
    int final_status = 200;
    Duration repeat{};  ///< of the 2xx
    Time give_up{};
    bool answered = false;
  };

  void handle(TransactionEvents events, Time now, Outbox& out);
  void begin(ServerId id, Message request, Time now, Outbox& out);
  void on_agenda(ServerId id, Time now, Outbox& out);
  void on_ack(const Message& ack);
  void respond(ServerId id, int status, Time now, Outbox& out);

  Endpoint address_;
  std::mt19937_64 random_;
  Transactions transactions_{{}};
  std::map<ServerId, Ringing> calls_;
  TimerQueue<ServerId> agenda_;
  std::map<std::string, int> seen_;
  int unacknowledged_ = 0;
};

/// A proxy that passes everything on: to the first callee, to all when the user part begins with
/// `all-`, in-dialog requests to the address in the Request-URI.
class PlainProxy : public Element {
 public:
  PlainProxy(Endpoint address, std::vector<Endpoint> callees, std::uint64_t seed);

  void receive(Message message, const Flow& flow, Time now, Outbox& out) override;
  void tick(Time now, Outbox& out) override;
  [[nodiscard]] std::optional<Time> deadline() const override { return proxy_.deadline(); }

  [[nodiscard]] const Transactions& transactions() const { return proxy_.transactions(); }
  /// Contexts that have begun, and those that have ended: each exactly once.
  [[nodiscard]] const std::set<ContextId>& begun() const { return begun_; }
  [[nodiscard]] const std::multiset<ContextId>& done() const { return done_; }

 private:
  void handle(ProxyEvents events, Time now, Outbox& out);
  void route(const ProxyRequest& request, Time now, Outbox& out, ProxyEvents& events);

  Endpoint address_;
  std::vector<Endpoint> callees_;
  std::mt19937_64 random_;
  Proxy proxy_;
  std::set<ContextId> begun_;
  std::multiset<ContextId> done_;
};

}  // namespace sipward::sip::simulation
