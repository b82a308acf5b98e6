// SPDX-License-Identifier: Apache-2.0
#include "agent/ops/log.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "agent/ops/config_words.h"
#include "agent/ops/text.h"

namespace sipward::ops {
namespace {

constexpr sip::Duration kWindow = std::chrono::seconds(1);

void append(LogRecord& record, std::string_view name, std::string_view field,
            const std::string& value) {
  if (value.empty()) return;
  fmt::format_to(std::back_inserter(record.text), " {}={}", name, log_value(value, Log::kMaxValue));
  record.fields.emplace_back(field, escape(value, Log::kMaxValue));
}

}  // namespace

std::string_view level_name(LogLevel level) { return word_of(level); }

LogLevel level_of(ims::EventKind kind) {
  switch (kind) {
    using enum ims::EventKind;
    case kChallenged:
    case kRefreshed:
    case kAuthenticated:
      return LogLevel::kDebug;
    case kRegistered:
    case kRebound:
    case kDeregistered:
    case kExpired:
    case kFlowGone:
    case kNonceStale:
    case kReleased:
      return LogLevel::kInfo;
    case kInstallFailed:
      return LogLevel::kError;
    case kOverwritten:
    case kNatWithoutOutbound:
    case kUnbound:
    case kStaleEpoch:
    case kSuspect:
    case kScrubbed:
    case kPreferredNotRegistered:
    case kRouteReplaced:
    case kMalformed:
    case kUnknownSubscriber:
      return LogLevel::kNotice;
    case kSharedAddress:
    case kTagMismatch:
    case kFlowMismatch:
    case kForgedToken:
    case kForgedFlag:
    case kNotACorePeer:
    case kAuthenticationFailed:
    case kIdentityNotOwned:
    case kPrecedenceMismatch:
    case kOverload:
      return LogLevel::kWarning;
  }
  return LogLevel::kWarning;
}

void Log::say(LogLevel level, std::string_view text) {
  if (level < limits_.level) return;
  sink_({.level = level, .text = std::string(text), .fields = {}});
}

void Log::event(const ims::Event& event, sip::Time now) {
  const LogLevel level = level_of(event.kind);
  if (level < limits_.level || !admit(event.kind, now)) return;
  const std::string name(ims::event_name(event.kind));
  LogRecord record{.level = level, .text = "event=" + name, .fields = {{"SIPWARD_EVENT", name}}};
  append(record, "flow", "SIPWARD_FLOW", event.flow.text());
  append(record, "impi", "SIPWARD_IMPI", event.impi);
  append(record, "impu", "SIPWARD_IMPU", event.impu);
  append(record, "detail", "SIPWARD_DETAIL", event.detail);
  sink_(record);
}

bool Log::admit(ims::EventKind kind, sip::Time now) {
  Window& window = windows_.at(static_cast<std::size_t>(kind));
  if (now >= window.end) {
    close(kind, window);
    window = {.end = now + kWindow};
  }
  if (window.lines < limits_.rate) {
    ++window.lines;
    return true;
  }
  ++window.suppressed;
  return false;
}

void Log::close(ims::EventKind kind, Window& window) {
  if (window.suppressed == 0) return;
  const std::string name(ims::event_name(kind));
  const std::string count = std::to_string(window.suppressed);
  sink_({.level = level_of(kind),
         .text = fmt::format("event={} suppressed={}", name, count),
         .fields = {{"SIPWARD_EVENT", name}, {"SIPWARD_SUPPRESSED", count}}});
  window.suppressed = 0;
}

void Log::tick(sip::Time now) {
  for (std::size_t i = 0; i < windows_.size(); ++i) {
    if (now >= windows_[i].end) close(static_cast<ims::EventKind>(i), windows_[i]);
  }
}

std::optional<sip::Time> Log::deadline() const {
  std::optional<sip::Time> next;
  for (const Window& window : windows_) {
    if (window.suppressed != 0) next = next ? std::min(*next, window.end) : window.end;
  }
  return next;
}

}  // namespace sipward::ops
