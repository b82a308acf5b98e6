// SPDX-License-Identifier: Apache-2.0
#include "agent/dataplane/finding.h"

#include <fmt/format.h>

namespace sipward::dataplane {

std::string_view grade_name(Finding::Grade grade) {
  switch (grade) {
    case Finding::Grade::kGood:
      return "good";
    case Finding::Grade::kAdvice:
      return "advice";
    case Finding::Grade::kObstacle:
      return "obstacle";
  }
  return {};
}

std::string to_line(const Finding& finding) {
  const bool obstacle = finding.grade == Finding::Grade::kObstacle;
  const std::string_view word = obstacle ? "OBSTACLE" : grade_name(finding.grade);
  std::string line = fmt::format("{}: {}: {}", finding.subject, word, finding.what);
  return finding.remedy.empty() ? line : line + "; remedy: " + finding.remedy;
}

}  // namespace sipward::dataplane
