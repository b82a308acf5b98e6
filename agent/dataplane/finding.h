// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sipward::dataplane {

/// One thing that was looked at before an attach.
struct Finding {
  enum class Grade : std::uint8_t {
    kGood,
    kAdvice,    ///< an attach works, but not as well as it might; or this could not be seen
    kObstacle,  ///< `attach` would fail
  };

  Grade grade = Grade::kGood;
  std::string subject;  ///< `eth1`, `kernel`, `bpffs`
  std::string what;
  std::string remedy;  ///< empty: there is nothing to do

  bool operator==(const Finding&) const = default;
};
using Findings = std::vector<Finding>;

[[nodiscard]] std::string_view grade_name(Finding::Grade grade);  ///< `obstacle`
/// `eth1: OBSTACLE: runs the XDP program filter (id 42), which is not ours; remedy: take it off`
[[nodiscard]] std::string to_line(const Finding& finding);

}  // namespace sipward::dataplane
