// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sipward::sip {

/// Text that a message owns: the received buffer, and what was added since. Views stay valid when
/// the arena is moved, and until it is destroyed; nothing is freed before.
class Arena {
 public:
  /// Takes the received bytes over; returns where they now are.
  std::string_view adopt(std::string bytes);
  /// Copies the text in.
  std::string_view keep(std::string_view text);

 private:
  std::unique_ptr<std::string> received_;  // behind a pointer: short strings move with their object
  std::vector<std::unique_ptr<char[]>> blocks_;
  std::size_t free_ = 0;  // octets left in the last block
  char* next_ = nullptr;
};

}  // namespace sipward::sip
