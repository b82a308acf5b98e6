// SPDX-License-Identifier: Apache-2.0
#include "agent/dataplane/preflight.h"

#include <algorithm>

#include "agent/dataplane/interface_facts.h"
#include "agent/dataplane/interface_grades.h"
#include "agent/dataplane/kernel_facts.h"
#include "agent/dataplane/kernel_grades.h"
#include "agent/dataplane/map_names.h"
#include "agent/dataplane/pin_grades.h"
#include "agent/dataplane/pins.h"
#include "agent/dataplane/settings.h"
#include "agent/dataplane/sysctl_grades.h"

namespace sipward::dataplane {

namespace {

void append(Findings& all, Findings more) {
  all.insert(all.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

bool has_maps(const std::string& pin_path) {
  return exists(pin_path + "/" + std::string(kBindings4));
}

}  // namespace

Findings preflight(const GateConfig& config) {
  Findings findings;
  if (auto fault = find_fault(config)) {
    findings.push_back({.grade = Finding::Grade::kObstacle,
                        .subject = "configuration",
                        .what = *std::move(fault),
                        .remedy = "correct it (sipwardd --check-config)"});
  }
  const KernelFacts kernel = read_kernel(config);
  for (const InterfaceFacts& interface : read_interfaces(config)) {
    append(findings, grade_interface(interface, config, kernel));
  }
  append(findings, grade_pins(config));
  append(findings, grade_kernel(kernel, config));
  if (kernel.available_memory && !has_maps(config.pin_path)) {
    findings.push_back(grade_memory(*kernel.available_memory, config.max_bindings));
  }
  append(findings, grade_sysctls(config, &read_sysctl));
  std::ranges::stable_sort(findings, std::ranges::greater{}, &Finding::grade);
  return findings;
}

bool has_obstacle(const Findings& findings) {
  return std::ranges::any_of(
      findings, [](const Finding& one) { return one.grade == Finding::Grade::kObstacle; });
}

}  // namespace sipward::dataplane
