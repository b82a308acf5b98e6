// SPDX-License-Identifier: Apache-2.0
#include "sip/arena.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace sipward::sip {
namespace {

constexpr std::size_t kBlockSize = 1'024;
/// Longer texts get a block of their own, so that they do not cut a shared one short.
constexpr std::size_t kLongText = kBlockSize / 4;

}  // namespace

Arena::Arena(Arena&& other) noexcept
    : received_(std::move(other.received_)),
      blocks_(std::move(other.blocks_)),
      free_(std::exchange(other.free_, {})) {}

Arena& Arena::operator=(Arena&& other) noexcept {
  received_ = std::move(other.received_);
  blocks_ = std::move(other.blocks_);
  free_ = std::exchange(other.free_, {});
  return *this;
}

std::span<char> Arena::adopt(std::string bytes) {
  assert(!received_);
  received_ = std::make_unique<std::string>(std::move(bytes));
  return {received_->data(), received_->size()};
}

std::string_view Arena::keep(std::string_view text) {
  if (text.empty()) return {};
  char* const start = take(text.size());
  std::copy(text.begin(), text.end(), start);
  return {start, text.size()};
}

char* Arena::take(std::size_t size) {
  if (size > kLongText) return blocks_.emplace_back(new char[size]).get();
  if (size > free_.size()) free_ = {blocks_.emplace_back(new char[kBlockSize]).get(), kBlockSize};
  char* const start = free_.data();
  free_ = free_.subspan(size);
  return start;
}

}  // namespace sipward::sip
