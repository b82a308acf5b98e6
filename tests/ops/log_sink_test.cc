// SPDX-License-Identifier: Apache-2.0
#include "agent/ops/log_sink.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>
#include <string>
#include <vector>

namespace sipward::ops {
namespace {

/// A journal that takes nothing until it is told to.
class SlowJournal {
 public:
  LogSink sink() {
    return [this](const LogRecord& record) {
      std::unique_lock lock(mutex_);
      ++entered_;
      changed_.notify_all();
      changed_.wait(lock, [this] { return open_; });
      texts_.push_back(record.text);
    };
  }
  void wait_for_first() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return entered_ > 0; });
  }
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  [[nodiscard]] const std::vector<std::string>& texts() const { return texts_; }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int entered_ = 0;
  bool open_ = false;
  std::vector<std::string> texts_;
};

LogRecord line(const std::string& text) {
  return {.level = LogLevel::kInfo, .text = text, .fields = {}};
}

TEST(BackgroundSink, WritesEverythingInOrderBeforeItEnds) {
  SlowJournal journal;
  journal.open();
  {
    BackgroundSink sink(journal.sink());
    for (int i = 0; i < 100; ++i) sink.write(line(std::to_string(i)));
  }
  ASSERT_EQ(journal.texts().size(), 100U);
  EXPECT_EQ(journal.texts().front(), "0");
  EXPECT_EQ(journal.texts().back(), "99");
}

TEST(BackgroundSink, ASlowJournalCostsLinesAndNotTime) {
  SlowJournal journal;
  {
    BackgroundSink sink(journal.sink());
    sink.write(line("first"));
    journal.wait_for_first();
    for (std::size_t i = 0; i < BackgroundSink::kMaxQueued + 5; ++i) sink.write(line("more"));
    EXPECT_EQ(sink.dropped(), 5U);
    journal.open();
  }
  EXPECT_EQ(journal.texts().size(), 1 + BackgroundSink::kMaxQueued + 1);
  EXPECT_EQ(journal.texts().back(), "log: 5 lines dropped, the journal is too slow");
}

}  // namespace
}  // namespace sipward::ops
