// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cassert>
#include <utility>
#include <variant>

namespace sipward::sip {

/// A value, or the reason why there is none. Used for everything that comes from outside: the core
/// throws nothing. Reading the side that is not there is a programming error.
template <class T, class E>
class [[nodiscard]] Result {
 public:
  // Implicit on purpose: `return value;` and `return error;` both read well.
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(E error) : state_(std::in_place_index<1>, std::move(error)) {}

  [[nodiscard]] bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  [[nodiscard]] T& value() & { return *get<0>(); }
  [[nodiscard]] const T& value() const& { return *get<0>(); }
  [[nodiscard]] T&& value() && { return std::move(*get<0>()); }
  [[nodiscard]] const E& error() const { return *get<1>(); }

  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

 private:
  template <std::size_t I>
  auto* get() {
    assert(state_.index() == I);
    return std::get_if<I>(&state_);
  }
  template <std::size_t I>
  const auto* get() const {
    assert(state_.index() == I);
    return std::get_if<I>(&state_);
  }

  std::variant<T, E> state_;
};

}  // namespace sipward::sip
