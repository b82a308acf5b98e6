// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

#include "agent/ims/actions.h"
#include "agent/net/asio.h"
#include "agent/scscf/scscf.h"
#include "agent/store/subscriber_store.h"

namespace sipward::node {

/// Asks the subscriber store on a thread of its own, so that a disk does not hold up a packet; the
/// answer comes back on the io_context. How many questions wait is the S-CSCF's limit
/// (`scscf::Config::max_pending_lookups`).
class SubscriberLookup {
 public:
  using Answer = scscf::Scscf::LookupAnswer;
  using Done = std::function<void(Answer)>;

  SubscriberLookup(net::asio::io_context& io, store::SubscriberStore store);
  /// Waits for the question that is being answered; the others are forgotten.
  ~SubscriberLookup();
  SubscriberLookup(const SubscriberLookup&) = delete;
  SubscriberLookup& operator=(const SubscriberLookup&) = delete;

  void find(const ims::Lookup& lookup, Done done);

 private:
  [[nodiscard]] Answer ask(const ims::Lookup& lookup) const;

  net::asio::io_context& io_;
  store::SubscriberStore store_;
  net::asio::thread_pool worker_{1};
};

}  // namespace sipward::node
