// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>

#include "agent/ims/actions.h"
#include "agent/scscf/config.h"
#include "agent/scscf/registrar.h"
#include "agent/scscf/subscriber.h"
#include "sip/message.h"
#include "sip/transactions.h"

namespace sipward::scscf {

/// The S-CSCF role (TS 24.229 5.4 with TS 33.203 Annexes N and Q): challenges and verifies, keeps
/// registrations, lets Digest win over the asserted identity, routes. Sans-I/O; one thread.
class Scscf {
 public:
  /// `nonce_key`: 32 octets; nodes that share it accept each other's nonces (see `Nonces`).
  Scscf(Config config, std::string nonce_key, sip::RandomSource random);
  ~Scscf();

  void receive(sip::Message message, const sip::Flow& flow, sip::Time now, ims::Actions& actions);
  /// The answer to a `Lookup`; `unavailable` when the store could not answer: 504, never an accept.
  enum class LookupStatus : std::uint8_t { kFound, kUnknown, kUnavailable };
  struct LookupAnswer {
    LookupStatus status = LookupStatus::kUnknown;
    Subscriber subscriber;
  };
  void found(ims::Ticket ticket, LookupAnswer answer, sip::Time now, ims::Actions& actions);
  void tick(sip::Time now, ims::Actions& actions);
  [[nodiscard]] std::optional<sip::Time> deadline() const;

  [[nodiscard]] const Registrar& registrations() const;
  [[nodiscard]] const sip::Transactions& transactions() const;  ///< for counters

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sipward::scscf
