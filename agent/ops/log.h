// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/ims/event.h"
#include "agent/ops/config.h"
#include "sip/time.h"

namespace sipward::ops {

[[nodiscard]] std::string_view level_name(LogLevel level);
[[nodiscard]] LogLevel level_of(ims::EventKind kind);

/// One line of the log: the text for people, and the same as fields for the journal.
struct LogRecord {
  LogLevel level = LogLevel::kInfo;
  std::string text;
  std::vector<std::pair<std::string, std::string>> fields;  ///< name, value; already harmless
};
using LogSink = std::function<void(const LogRecord&)>;

/// The log. One line for each event: `event=overwritten flow=udp/203.0.113.7:5060
/// impi=bob@home1.example detail="REGISTER"`. At most `rate` lines a second for each kind of event:
/// what is over is counted, and one line tells the count when the second has gone by. One thread.
class Log {
 public:
  struct Limits {
    LogLevel level = LogLevel::kInfo;
    std::uint32_t rate = 20;
  };
  /// Octets of a value that somebody else chose.
  static constexpr std::size_t kMaxValue = 256;

  Log(Limits limits, LogSink sink) : limits_(limits), sink_(std::move(sink)) {}

  /// The program's own words; not limited.
  void say(LogLevel level, std::string_view text);
  void event(const ims::Event& event, sip::Time now);
  /// Tells what was left out in seconds that have gone by.
  void tick(sip::Time now);
  /// When `tick` has something to tell.
  [[nodiscard]] std::optional<sip::Time> deadline() const;

 private:
  struct Window {
    sip::Time end;
    std::uint32_t lines = 0;
    std::uint64_t suppressed = 0;
  };
  bool admit(ims::EventKind kind, sip::Time now);
  void close(ims::EventKind kind, Window& window);

  Limits limits_;
  LogSink sink_;
  std::array<Window, ims::kEventKinds> windows_{};
};

}  // namespace sipward::ops
