// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "agent/ims/actions.h"
#include "sip/message.h"
#include "sip/transactions.h"

namespace sipward::pcscf {

/// One input being worked off: when it came, and what it leads to, in order.
class Turn {
 public:
  Turn(sip::Time time, ims::Actions& actions) : now(time), actions_(actions) {}

  const sip::Time now;

  void send(sip::Outbox outbox) {
    for (sip::Outgoing& message : outbox) actions_.push_back(ims::Send{std::move(message)});
  }
  void send(sip::Outgoing message) { actions_.push_back(ims::Send{std::move(message)}); }
  void send(const sip::Message& message, const sip::Flow& flow) {
    actions_.push_back(ims::Send{sip::make_outgoing(message, flow)});
  }
  void install(const ims::Install& install) { actions_.push_back(install); }
  void withdraw(const ims::BindingKey& key) { actions_.push_back(ims::Withdraw{key}); }
  void challenged(const sip::IpAddress& ip) { actions_.push_back(ims::Challenged{ip}); }
  void report(ims::Event event) { actions_.push_back(ims::Report{std::move(event)}); }

 private:
  ims::Actions& actions_;
};

}  // namespace sipward::pcscf
