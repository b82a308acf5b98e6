// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>

#include "tests/bench/gate/site.h"

namespace sipward::bench {

/// The listener's socket as agent/net has it (SO_RCVMARK), read with recvmmsg. Its buffer holds
/// more than a burst, so that it can be read after one: reader and kernel then never wait for each
/// other's locks, and the time of the kernel's path is its own.
class Drain {
 public:
  explicit Drain(const Site& site);
  ~Drain();

  /// Reads until the socket is empty; how many there were.
  std::uint32_t read_all();
  /// Those with a mark, so far.
  [[nodiscard]] std::uint64_t tagged() const { return tagged_; }

 private:
  class Batch;

  dataplane::Descriptor socket_;
  std::unique_ptr<Batch> batch_;
  std::uint64_t tagged_ = 0;
};

}  // namespace sipward::bench
