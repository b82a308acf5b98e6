// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sipward::sip {

/// Text that a message owns: the received buffer, and what was added since. Views stay valid when
/// the arena is moved, and until it is destroyed; nothing is freed before.
class Arena {
 public:
  Arena() = default;
  Arena(Arena&& other) noexcept;
  Arena& operator=(Arena&& other) noexcept;

  /// Takes the received bytes over; returns where they now are, for the reader to unfold in place.
  /// To be called once.
  std::span<char> adopt(std::string bytes);
  /// Copies the text in.
  std::string_view keep(std::string_view text);

 private:
  char* take(std::size_t size);

  std::unique_ptr<std::string> received_;  // behind a pointer: short strings move with their object
  std::vector<std::unique_ptr<char[]>> blocks_;
  std::span<char> free_;  // what is left of the last shared block
};

}  // namespace sipward::sip
