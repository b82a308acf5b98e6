// SPDX-License-Identifier: Apache-2.0
#include "agent/dataplane/kernel_grades.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "bpf/abi.h"

namespace sipward::dataplane {

namespace {

using Grade = Finding::Grade;

constexpr KernelVersion kOldest{.major = 6, .minor = 1};
constexpr std::uint64_t kMebibyte = 1U << 20;

Finding about_kernel(Grade grade, std::string what, std::string remedy = {}) {
  return {
      .grade = grade, .subject = "kernel", .what = std::move(what), .remedy = std::move(remedy)};
}

Finding grade_version(const KernelFacts& facts) {
  const auto version = parse_release(facts.release);
  if (!version) {
    return about_kernel(Grade::kAdvice, fmt::format("version '{}' cannot be read", facts.release),
                        "see that it is 6.1 or later");
  }
  if (*version < kOldest) {
    return about_kernel(Grade::kObstacle, fmt::format("{} is older than 6.1", facts.release),
                        "run Linux 6.1 or later");
  }
  return about_kernel(Grade::kGood, fmt::format("{}, 6.1 or later", facts.release));
}

Finding grade_privileges(const KernelFacts& facts) {
  Finding finding{.grade = Grade::kGood,
                  .subject = "privileges",
                  .what = "CAP_BPF, CAP_NET_ADMIN and CAP_PERFMON are there",
                  .remedy = {}};
  if (facts.missing_capabilities.empty()) return finding;
  finding.grade = Grade::kObstacle;
  finding.what = fmt::format(
      "this process lacks {}: who runs it cannot attach, and what the kernel can load could not be "
      "seen",
      fmt::join(facts.missing_capabilities, ", "));
  finding.remedy = "run as root, or with CAP_BPF, CAP_NET_ADMIN and CAP_PERFMON";
  return finding;
}

/// What a try would not say as plainly.
void grade_parts(const KernelFacts& facts, Findings& findings) {
  const auto obstacle = [&](std::string what, std::string remedy) {
    findings.push_back(about_kernel(Grade::kObstacle, std::move(what), std::move(remedy)));
  };
  if (facts.xdp == false) {
    obstacle("takes no XDP program for frames of many buffers",
             "a kernel with CONFIG_BPF_SYSCALL and XDP, 5.18 or later; in a container or under a "
             "security module, the right to use bpf(2)");
  }
  if (facts.tc == false) obstacle("takes no tc program", "a kernel with CONFIG_NET_CLS_BPF");
  if (facts.type_info == false) {
    obstacle("takes no type information (BTF)", "a kernel with CONFIG_BPF_SYSCALL, 5.18 or later");
  }
  for (const std::string& map : facts.missing_maps) {
    obstacle(fmt::format("has no maps of the kind {}", map), "a kernel that has them (5.8)");
  }
}

void grade_try(const KernelFacts& facts, Findings& findings) {
  if (!facts.tried) return;
  if (!facts.refused) {
    findings.push_back(about_kernel(Grade::kGood, "takes the gate as it is configured"));
  } else if (findings.empty()) {
    findings.push_back(
        about_kernel(Grade::kObstacle, fmt::format("does not take the gate: {}", *facts.refused),
                     "sipward-gate attach prints its log; a newer kernel may be needed"));
  }
}

void grade_speed(const KernelFacts& facts, Findings& findings) {
  if (facts.jit == false) {
    findings.push_back(about_kernel(Grade::kAdvice,
                                    "interprets programs: each packet costs many times as much",
                                    "sysctl -w net.core.bpf_jit_enable=1"));
  }
}

void grade_carrier(const KernelFacts& facts, const GateConfig& config, Findings& findings) {
  const TagCarrier wanted = config.tag_carrier;
  if (facts.tcx == true && wanted != TagCarrier::kClsact) {
    findings.push_back(about_kernel(Grade::kGood, "tcx carries the tag"));
  } else if (facts.tcx == false && wanted == TagCarrier::kTcx) {
    findings.push_back(about_kernel(Grade::kObstacle, "has no tcx, which came with 6.6",
                                    "gate.tag_carrier = \"auto\" or \"clsact\""));
  } else if (facts.clsact == true) {
    findings.push_back(about_kernel(Grade::kGood, "clsact carries the tag"));
  } else if (facts.clsact == false) {
    findings.push_back(about_kernel(Grade::kObstacle, "has no clsact qdisc to carry the tag",
                                    "a kernel with CONFIG_NET_SCH_INGRESS (modprobe sch_ingress)"));
  }
}

void grade_receive_mark(const KernelFacts& facts, Findings& findings) {
  using ReceiveMark = KernelFacts::ReceiveMark;
  if (facts.receive_mark == ReceiveMark::kNobody) {
    findings.push_back(about_kernel(Grade::kAdvice,
                                    "has no SO_RCVMARK: sipwardd cannot see the gate's tags, and "
                                    "refuses all in enforce mode",
                                    "run Linux 6.1 or later"));
  } else if (facts.receive_mark == ReceiveMark::kPrivileged) {
    findings.push_back(about_kernel(
        Grade::kAdvice, "lets only who has a privilege read the gate's tags (SO_RCVMARK)",
        "AmbientCapabilities=CAP_NET_RAW and CapabilityBoundingSet=CAP_NET_RAW in a drop-in of "
        "sipwardd.service; sipwardd drops it before it reads a packet"));
  }
}

/// An element of a hash map: its head, key and value in words of 8, and its bucket.
constexpr std::uint64_t element(std::uint64_t key, std::uint64_t value) {
  constexpr std::uint64_t kHead = 48;
  constexpr std::uint64_t kBucket = 16;
  return kHead + kBucket + (key + 7) / 8 * 8 + (value + 7) / 8 * 8;
}

}  // namespace

std::uint64_t estimate_maps(std::uint32_t max_bindings) {
  constexpr std::uint64_t kEachRow = element(sizeof(sipward_key4), sizeof(sipward_binding)) +
                                     element(sizeof(sipward_key6), sizeof(sipward_binding)) +
                                     element(sizeof(sipward_addr4), sizeof(sipward_address)) +
                                     element(sizeof(sipward_addr6), sizeof(sipward_address)) +
                                     SIPWARD_ROUGH_BITS_PER_ROW * SIPWARD_FILTER_PARTS / 8;
  constexpr std::uint64_t kFixed = 32 * kMebibyte;  // budgets, lanes, admissions, events
  return kFixed + kEachRow * max_bindings;
}

Finding grade_memory(std::uint64_t available, std::uint32_t max_bindings) {
  const std::uint64_t needed = estimate_maps(max_bindings);
  Finding finding{.grade = Grade::kGood,
                  .subject = "memory",
                  .what = fmt::format("maps for {} bindings take about {} MiB, {} MiB are free",
                                      max_bindings, needed / kMebibyte, available / kMebibyte),
                  .remedy = {}};
  if (needed * 2 <= available) return finding;
  finding.grade = needed > available ? Grade::kObstacle : Grade::kAdvice;
  finding.remedy = "a smaller gate.max_bindings, or more memory";
  return finding;
}

Findings grade_kernel(const KernelFacts& facts, const GateConfig& config) {
  Findings findings;
  grade_parts(facts, findings);
  grade_try(facts, findings);
  findings.push_back(grade_version(facts));
  findings.push_back(grade_privileges(facts));
  grade_speed(facts, findings);
  grade_carrier(facts, config, findings);
  grade_receive_mark(facts, findings);
  if (!facts.vmlinux_types) {
    findings.push_back(about_kernel(Grade::kAdvice,
                                    "tells nobody its own types (/sys/kernel/btf): the gate does "
                                    "without, some tools that watch it do not",
                                    "a kernel with CONFIG_DEBUG_INFO_BTF"));
  }
  return findings;
}

}  // namespace sipward::dataplane
