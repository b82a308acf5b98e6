// SPDX-License-Identifier: Apache-2.0
#include "agent/ops/log_sink.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <syslog.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <utility>

namespace sipward::ops {
namespace {

int priority_of(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return LOG_DEBUG;
    case LogLevel::kInfo:
      return LOG_INFO;
    case LogLevel::kNotice:
      return LOG_NOTICE;
    case LogLevel::kWarning:
      return LOG_WARNING;
    case LogLevel::kError:
      break;
  }
  return LOG_ERR;
}

/// systemd.exec(5): JOURNAL_STREAM holds device and inode of what the service manager connected.
bool is_journal_stream(int fd) {
  const char* stream = std::getenv("JOURNAL_STREAM");
  struct stat status {};
  if (stream == nullptr || fstat(fd, &status) != 0) return false;
  return fmt::format("{}:{}", status.st_dev, status.st_ino) == stream;
}

void write_journal(const LogRecord& record) {
  std::vector<std::string> texts{"MESSAGE=" + record.text,
                                 fmt::format("PRIORITY={}", priority_of(record.level))};
  for (const auto& [name, value] : record.fields) texts.push_back(name + "=" + value);
  std::vector<iovec> parts;
  for (std::string& text : texts)
    parts.push_back({.iov_base = text.data(), .iov_len = text.size()});
  sd_journal_sendv(parts.data(), static_cast<int>(parts.size()));
}

void write_stderr(const LogRecord& record) {
  const std::string line = fmt::format("{} {}\n", level_name(record.level), record.text);
  // One write a line: lines of several processes do not mix.
  [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace

LogSink make_log_sink() { return is_journal_stream(STDERR_FILENO) ? write_journal : write_stderr; }

BackgroundSink::BackgroundSink(LogSink sink) : sink_(std::move(sink)), thread_([this] { run(); }) {}

BackgroundSink::~BackgroundSink() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  ready_.notify_one();
  thread_.join();
}

void BackgroundSink::write(const LogRecord& record) {
  {
    const std::lock_guard lock(mutex_);
    if (queue_.size() >= kMaxQueued) {
      ++dropped_;
      return;
    }
    queue_.push_back(record);
  }
  ready_.notify_one();
}

std::uint64_t BackgroundSink::dropped() const {
  const std::lock_guard lock(mutex_);
  return dropped_;
}

void BackgroundSink::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    ready_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    if (queue_.empty()) return;
    const std::deque<LogRecord> records = std::exchange(queue_, {});
    const std::uint64_t dropped = dropped_ - std::exchange(dropped_told_, dropped_);
    lock.unlock();
    put(records, dropped);
    lock.lock();
  }
}

void BackgroundSink::put(const std::deque<LogRecord>& records, std::uint64_t dropped) {
  for (const LogRecord& record : records) sink_(record);
  if (dropped == 0) return;
  sink_({.level = LogLevel::kWarning,
         .text = fmt::format("log: {} lines dropped, the journal is too slow", dropped),
         .fields = {}});
}

}  // namespace sipward::ops
