// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "agent/pcscf/turn.h"
#include "sip/proxy.h"

namespace sipward::pcscf {

/// Why a request is not relayed, and what its sender is told.
struct Refusal {
  int status = 500;
  std::string reason = {};                  ///< empty: the RFC's phrase
  sip::Field field = sip::Field::kUnknown;  ///< a header that goes with it, if known
  std::string value = {};
};

/// The stateful proxy of one direction, speaking in turns. There are two: a response that comes
/// from the access side can only belong to a request that went there, whatever branch it names.
class Relay {
 public:
  Relay(const sip::Proxy::Config& config, sip::RandomSource random);

  void receive(sip::Message message, const sip::Flow& flow, Turn& turn);
  void forward(sip::ContextId id, sip::Target target, Turn& turn);
  void respond(sip::ContextId id, sip::Message response, Turn& turn);
  /// Answers, or drops an ACK.
  void refuse(const sip::ProxyRequest& request, const Refusal& refusal, Turn& turn);
  /// Answers once and keeps nothing.
  void refuse_statelessly(const sip::ProxyRequest& request, const Refusal& refusal, Turn& turn);
  void discard(sip::ContextId id);
  void tick(Turn& turn);
  [[nodiscard]] std::optional<sip::Time> deadline() const { return proxy_.deadline(); }
  [[nodiscard]] const sip::Transactions& transactions() const { return proxy_.transactions(); }

  /// What happened, oldest first.
  std::optional<sip::ProxyEvent> next_event();

 private:
  sip::Proxy proxy_;
  std::deque<sip::ProxyEvent> events_;
};

/// The answer to a request, or to whoever waits for this response instead of it. Without an own To
/// tag if there is one already.
[[nodiscard]] sip::Message make_refusal(const sip::Message& message, const Refusal& refusal,
                                        std::string_view to_tag);

/// Sends the response to where the request came from (RFC 3581 4, TS 24.229 F.4.2) without a
/// transaction: for those who must not cost us one.
void answer_statelessly(sip::Message response, const sip::Flow& flow, Turn& turn);

}  // namespace sipward::pcscf
