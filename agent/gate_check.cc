// SPDX-License-Identifier: Apache-2.0
#include "agent/gate_check.h"

#include <cstdio>
#include <exception>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>
#include <string>

#include "agent/dataplane/preflight.h"

namespace sipward {
namespace {

using dataplane::Finding;
using dataplane::Findings;

/// A heading, then one line for each mistake; or one line alone.
Findings as_findings(const std::string& text) {
  Findings findings;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    findings.push_back({.grade = Finding::Grade::kObstacle,
                        .subject = "configuration",
                        .what = line,
                        .remedy = {}});
  }
  if (findings.size() > 1) findings.erase(findings.begin());
  return findings;
}

Findings find(const std::function<dataplane::GateConfig()>& load) {
  std::optional<dataplane::GateConfig> config;
  try {
    config = load();
  } catch (const std::exception& error) {
    return as_findings(error.what());
  }
  return dataplane::preflight(*config);
}

void print_json(const Findings& findings) {
  nlohmann::json value{{"obstacle", dataplane::has_obstacle(findings)},
                       {"findings", nlohmann::json::array()}};
  for (const Finding& one : findings) {
    value["findings"].push_back({{"grade", dataplane::grade_name(one.grade)},
                                 {"subject", one.subject},
                                 {"what", one.what},
                                 {"remedy", one.remedy}});
  }
  // Names that others gave, of filters and programs, need not be UTF-8.
  std::printf("%s\n", value.dump(2, ' ', false, nlohmann::json::error_handler_t::replace).c_str());
}

void print_lines(const Findings& findings) {
  for (const Finding& one : findings) std::printf("%s\n", dataplane::to_line(one).c_str());
  std::printf("%s\n", dataplane::has_obstacle(findings) ? "an attach would fail"
                                                        : "nothing stops an attach");
}

}  // namespace

int run_check(const std::function<dataplane::GateConfig()>& load, bool json) {
  const Findings findings = find(load);
  json ? print_json(findings) : print_lines(findings);
  return dataplane::has_obstacle(findings) ? kObstacleFound : 0;
}

}  // namespace sipward
