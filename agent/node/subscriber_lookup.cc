// SPDX-License-Identifier: Apache-2.0
#include "agent/node/subscriber_lookup.h"

#include <utility>
#include <variant>

namespace sipward::node {

using Status = scscf::Scscf::LookupStatus;

SubscriberLookup::SubscriberLookup(net::asio::io_context& io, store::SubscriberStore store)
    : io_(io), store_(std::move(store)) {}

SubscriberLookup::~SubscriberLookup() {
  worker_.stop();
  worker_.join();
}

void SubscriberLookup::find(const ims::Lookup& lookup, Done done) {
  net::asio::post(worker_, [this, lookup, done = std::move(done)]() mutable {
    net::asio::post(
        io_, [answer = ask(lookup), done = std::move(done)]() mutable { done(std::move(answer)); });
  });
}

SubscriberLookup::Answer SubscriberLookup::ask(const ims::Lookup& lookup) const {
  auto found =
      std::visit([this](const auto& identity) { return store_.find(identity); }, lookup.by);
  if (found) return {.status = Status::kFound, .subscriber = std::move(*found)};
  const bool unknown = found.error().code == store::Failure::Code::kNotFound;
  return {.status = unknown ? Status::kUnknown : Status::kUnavailable, .subscriber = {}};
}

}  // namespace sipward::node
