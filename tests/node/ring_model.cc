// SPDX-License-Identifier: Apache-2.0
#include "tests/node/ring_model.h"

#include <sys/eventfd.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace sipward::node {

RingModel::RingModel() : readable_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK | EFD_SEMAPHORE)) {
  if (!readable_.is_open()) throw std::runtime_error("eventfd");
}

void RingModel::put(ims::GateEvent event) {
  events_.push_back(std::move(event));
  eventfd_write(readable_.get(), 1);
}

void RingModel::consume(const Callback& callback, std::size_t limit) {
  largest_limit = std::max(largest_limit, limit);
  for (; limit > 0 && !events_.empty(); --limit) {
    eventfd_t one = 0;
    eventfd_read(readable_.get(), &one);
    callback(std::exchange(events_.front(), {}));
    events_.pop_front();
  }
}

}  // namespace sipward::node
