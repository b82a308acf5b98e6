// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>

#include "tests/bench/gate/sources.h"
#include "tests/kernel/packet_builder.h"

struct wire_bpf;

namespace sipward::bench {

using Seconds = std::chrono::duration<double>;

/// This thread stays on the first CPU, and goes before other people's work.
void settle();

/// The time since it was made, without what this thread spent waiting for its CPU while others had
/// it. Softirqs that run within this thread are in: CPU time would miss them on some kernels.
class Stopwatch {
 public:
  Stopwatch();
  [[nodiscard]] Seconds read() const;

 private:
  std::chrono::steady_clock::time_point start_;
  std::chrono::nanoseconds waited_;
};

/// Sends INVITEs as live frames of BPF_PROG_TEST_RUN. Sending and receiving happen on this CPU:
/// the other end's NAPI runs as soon as a batch of 64 is in its ring, so that the time of a frame
/// is the sum of both, and nothing is lost in between.
class Wire {
 public:
  Wire();

  /// Sends `count` frames out of an interface of this thread's network namespace. The time is the
  /// kernel's, which has set-up and waiting for the CPU taken out: each call waits for a grace
  /// period, which is longer than thousands of frames take. It is in whole nanoseconds a frame.
  Seconds send(std::uint32_t ifindex, const Sources& sources, std::uint32_t count);

  [[nodiscard]] int drop_all() const;  ///< a bare XDP program
  [[nodiscard]] int pass_all() const;

 private:
  struct Destroy {
    void operator()(wire_bpf* skeleton) const;
  };
  std::unique_ptr<wire_bpf, Destroy> skeleton_;
  test::Frame frame_;
};

}  // namespace sipward::bench
