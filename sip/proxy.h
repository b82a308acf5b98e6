// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "sip/transactions.h"

namespace sipward::sip {

/// Names one request on its way through the proxy: its server transaction.
using ContextId = ServerId;

/// What the proxy asks of its user.
struct ProxyRequest {
  ContextId id{};  ///< 0: an ACK to a 2xx; it can only be forwarded or dropped
  Message request;
  Flow flow;
};
/// A response to go back, Via already popped: the best of the branches, or a provisional or 2xx as
/// it came. The user may edit it and hands it to `respond`, now or later.
struct ProxyResponse {
  ContextId id{};
  Message response;
};
/// The context is over: final response sent and all branches ended, or discarded. Exactly once for
/// each ProxyRequest with an id, from `tick`, after everything else about it. For an INVITE
/// answered with 2xx that is 64*T1 later: till then further 2xx pass (RFC 6026).
struct ProxyDone {
  ContextId id{};
};
using ProxyEvent = std::variant<ProxyRequest, ProxyResponse, ProxyDone>;
using ProxyEvents = std::vector<ProxyEvent>;

struct Target {
  Message request;  ///< as it shall leave, but for the Via that the proxy adds
  Flow next_hop;
  std::string via_host;  ///< sent-by of our Via: host[:port]
};

/// A stateful proxy's core (RFC 3261 16): transactions, response contexts, forking, best response
/// (16.7), Timer C, CANCEL. It decides nothing about who may do what and where requests go: its
/// user, one of the IMS roles, does.
///
/// What concerns a context that is over is ignored. A CANCEL ends the pending branches; while none
/// has begun, the INVITE is answered 487 and a later `forward` is ignored. A user who does not
/// decide within 64*T1 finds an INVITE answered 408, another request dropped (RFC 4320 4.2: a 408
/// to it must not be sent, nor is one forwarded).
class Proxy {
 public:
  struct Config {
    Transactions::Config transactions;
    Duration timer_c = std::chrono::seconds(185);
  };

  Proxy(Config config, RandomSource random);
  ~Proxy();

  /// Max-Forwards of 0 is answered 483; an INVITE gets 100 at once.
  void receive(Message message, const Flow& flow, Time now, Outbox& out, ProxyEvents& events);

  /// A local answer; To tag added. Pending branches are cancelled.
  void reply(ContextId id, const Message& request, int status, std::string_view reason, Time now,
             Outbox& out);
  /// Sends a response back as it is (a `ProxyResponse`, or one made by `make_response`).
  void respond(ContextId id, Message response, Time now, Outbox& out);
  /// Sends the request to the targets in parallel: Max-Forwards counted down (a missing one added
  /// as 70), our Via on top. With id 0 (ACK) statelessly to the one target. A target that cannot be
  /// sent counts as 503; no target at all is a 480. After a ProxyResponse other than 2xx, instead
  /// of responding, the user may try further targets: the best of all goes back in the end.
  void forward(ContextId id, std::vector<Target> targets, Time now, Outbox& out,
               ProxyEvents& events);
  /// No answer, ever, but for the 100 that an INVITE has had. Pending branches are cancelled.
  void discard(ContextId id);

  void tick(Time now, Outbox& out, ProxyEvents& events);
  [[nodiscard]] std::optional<Time> deadline() const;
  [[nodiscard]] const Transactions& transactions() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sipward::sip
