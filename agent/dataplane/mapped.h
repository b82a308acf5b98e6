// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "sip/result.h"

namespace sipward::dataplane {

/// The values of a pinned BPF_F_MMAPABLE array, in our memory: a store is what the gate sees.
class Mapped {
 public:
  /// The error is a line for the operator.
  static sip::Result<Mapped, std::string> open(const std::string& pin_path, std::string_view name);
  Mapped(Mapped&& other) noexcept : octets_(std::exchange(other.octets_, {})) {}
  Mapped& operator=(Mapped&& other) noexcept {
    std::swap(octets_, other.octets_);
    return *this;
  }
  Mapped(const Mapped&) = delete;
  Mapped& operator=(const Mapped&) = delete;
  ~Mapped();

  /// As many values as there is room for; the kernel's arrays have no gap between values of eight
  /// octets, and a single value has none at all.
  template <class T>
  [[nodiscard]] std::span<T> as() const {
    static_assert(sizeof(T) % 8 == 0);
    return {reinterpret_cast<T*>(octets_.data()), octets_.size() / sizeof(T)};
  }

 private:
  explicit Mapped(std::span<std::byte> octets) : octets_(octets) {}

  std::span<std::byte> octets_;
};

}  // namespace sipward::dataplane
