// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <thread>

#include "agent/ops/log.h"

namespace sipward::ops {

/// To the journal with fields when standard error is the journal's (JOURNAL_STREAM), else
/// `warning event=...` on standard error.
[[nodiscard]] LogSink make_log_sink();

/// Writes records on a thread of its own, so that a slow journal does not hold up a packet.
/// Bounded: when kMaxQueued records wait, further ones are dropped and counted, and a line tells
/// how many.
class BackgroundSink {
 public:
  static constexpr std::size_t kMaxQueued = 4'096;

  explicit BackgroundSink(LogSink sink);
  /// Writes what waits, then ends the thread.
  ~BackgroundSink();
  BackgroundSink(const BackgroundSink&) = delete;
  BackgroundSink& operator=(const BackgroundSink&) = delete;

  void write(const LogRecord& record);
  [[nodiscard]] std::uint64_t dropped() const;

 private:
  void run();
  void put(const std::deque<LogRecord>& records, std::uint64_t dropped);

  LogSink sink_;
  mutable std::mutex mutex_;
  std::condition_variable ready_;
  std::deque<LogRecord> queue_;
  std::uint64_t dropped_ = 0;       ///< in all
  std::uint64_t dropped_told_ = 0;  ///< of these, told
  bool stopping_ = false;
  std::thread thread_;  ///< last: it starts when the rest is there
};

}  // namespace sipward::ops
