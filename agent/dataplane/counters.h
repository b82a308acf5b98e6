// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sip/result.h"

namespace sipward::dataplane {

/// What one gate did for one reason, all CPUs together.
struct NamedCounter {
  std::string interface;
  std::string_view name;     ///< "unbound": as bpftool prints it
  std::string_view verdict;  ///< "spoofed": what kind of reason it is
  std::string_view text;     ///< "refused: no row for the source"
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;  ///< of frames
};

/// Every counter of every interface that has a gate, in the order of bpf/abi.h. The error is one
/// line that says what to do.
sip::Result<std::vector<NamedCounter>, std::string> read_counters(const std::string& pin_path);

}  // namespace sipward::dataplane
