// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace sipward::dataplane {

/// What people are told about one of SIPWARD_REASONS.
struct ReasonWords {
  std::string_view name;     ///< "unbound": as bpftool prints it
  std::string_view verdict;  ///< "spoofed": what kind of reason it is
  std::string_view text;     ///< "refused: no row for the source"
};

/// Of every reason, in the order of enum sipward_reason.
[[nodiscard]] std::span<const ReasonWords> reason_words();

}  // namespace sipward::dataplane
