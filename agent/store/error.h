// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>

namespace sipward::store {

/// The store cannot be opened. One line for people: which file, what is wrong, what to do.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Why an open store did not do what it was asked.
struct Failure {
  enum class Code : std::uint8_t {
    kNotFound,     ///< no such subscriber or identity
    kExists,       ///< there is one already
    kInvalid,      ///< the request itself is wrong; the text says what
    kUnavailable,  ///< SQLite could not: locked, disk full, damaged, read-only
  };
  Code code = Code::kUnavailable;
  std::string text;  ///< one line for people
};

/// nullopt: done. Otherwise nothing has changed.
using Outcome = std::optional<Failure>;

}  // namespace sipward::store
