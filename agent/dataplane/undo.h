// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <utility>
#include <vector>

namespace sipward::dataplane {

/// How to take back what was done so far, last thing first. Done when it goes out of scope, unless
/// the whole came to a good end.
class Undo {
 public:
  Undo() = default;
  Undo(const Undo&) = delete;
  Undo& operator=(const Undo&) = delete;
  ~Undo() {
    for (auto step = steps_.rbegin(); step != steps_.rend(); ++step) (*step)();
  }

  void add(std::function<void()> step) { steps_.push_back(std::move(step)); }
  void keep_all() { steps_.clear(); }

 private:
  std::vector<std::function<void()>> steps_;
};

}  // namespace sipward::dataplane
