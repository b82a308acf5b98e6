// SPDX-License-Identifier: Apache-2.0
#include "agent/dataplane/kernel_grades.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

namespace sipward::dataplane {
namespace {

using Grade = Finding::Grade;
using ReceiveMark = KernelFacts::ReceiveMark;

KernelFacts good() {
  KernelFacts facts;
  facts.release = "6.12.1-amd64";
  facts.xdp = facts.tc = facts.jit = facts.type_info = facts.tcx = true;
  facts.tried = true;
  facts.vmlinux_types = true;
  return facts;
}

struct Row {
  const char* name;
  std::function<void(KernelFacts&, GateConfig&)> change;
  Grade worst;
  const char* said;
};

const Row kRows[] = {
    {"all right", [](auto&, auto&) {}, Grade::kGood, "takes the gate as it is configured"},
    {"the oldest", [](auto& f, auto&) { f.release = "6.1.0-28-amd64"; }, Grade::kGood,
     "6.1 or later"},
    {"too old", [](auto& f, auto&) { f.release = "5.19.17"; }, Grade::kObstacle,
     "5.19.17 is older than 6.1"},
    {"no version", [](auto& f, auto&) { f.release = "custom"; }, Grade::kAdvice,
     "'custom' cannot be read"},
    {"no privileges",
     [](auto& f, auto&) {
       f = {};
       f.release = "6.12.1";
       f.vmlinux_types = true;
       f.missing_capabilities = {"CAP_PERFMON", "CAP_BPF"};
     },
     Grade::kObstacle, "privileges: OBSTACLE: this process lacks CAP_PERFMON, CAP_BPF"},
    {"no XDP", [](auto& f, auto&) { f.xdp = false; }, Grade::kObstacle, "takes no XDP program"},
    {"no tc", [](auto& f, auto&) { f.tc = false; }, Grade::kObstacle, "CONFIG_NET_CLS_BPF"},
    {"no BTF", [](auto& f, auto&) { f.type_info = false; }, Grade::kObstacle, "(BTF)"},
    {"no ring buffers", [](auto& f, auto&) { f.missing_maps = {"ringbuf"}; }, Grade::kObstacle,
     "has no maps of the kind ringbuf"},
    {"refuses the gate", [](auto& f, auto&) { f.refused = "Invalid argument"; }, Grade::kObstacle,
     "does not take the gate: Invalid argument"},
    {"interprets", [](auto& f, auto&) { f.jit = false; }, Grade::kAdvice, "bpf_jit_enable=1"},
    {"clsact will do",
     [](auto& f, auto&) {
       f.tcx = false;
       f.clsact = true;
     },
     Grade::kGood, "clsact carries the tag"},
    {"nothing carries",
     [](auto& f, auto&) {
       f.tcx = false;
       f.clsact = false;
     },
     Grade::kObstacle, "CONFIG_NET_SCH_INGRESS"},
    {"tcx is wanted",
     [](auto& f, auto& c) {
       f.tcx = false;
       f.clsact = true;
       c.tag_carrier = TagCarrier::kTcx;
     },
     Grade::kObstacle, "has no tcx"},
    {"clsact is wanted",
     [](auto& f, auto& c) {
       f.clsact = false;
       c.tag_carrier = TagCarrier::kClsact;
     },
     Grade::kObstacle, "has no clsact"},
    {"marks for the privileged", [](auto& f, auto&) { f.receive_mark = ReceiveMark::kPrivileged; },
     Grade::kAdvice, "AmbientCapabilities=CAP_NET_RAW"},
    {"marks for nobody", [](auto& f, auto&) { f.receive_mark = ReceiveMark::kNobody; },
     Grade::kAdvice, "has no SO_RCVMARK"},
    {"no types of its own", [](auto& f, auto&) { f.vmlinux_types = false; }, Grade::kAdvice,
     "CONFIG_DEBUG_INFO_BTF"},
};

TEST(KernelGrades, Rows) {
  for (const Row& row : kRows) {
    SCOPED_TRACE(row.name);
    KernelFacts facts = good();
    GateConfig config;
    row.change(facts, config);
    const Findings findings = grade_kernel(facts, config);
    ASSERT_FALSE(findings.empty());
    EXPECT_EQ(std::ranges::max(findings, {}, &Finding::grade).grade, row.worst);
    std::string text;
    for (const Finding& one : findings) text += to_line(one) + "\n";
    EXPECT_NE(text.find(row.said), std::string::npos) << text;
  }
}

TEST(KernelGrades, NameAPartThatIsMissingInsteadOfTheGateThatIsRefused) {
  KernelFacts facts = good();
  facts.missing_maps = {"ringbuf"};
  facts.refused = "Invalid argument";
  for (const Finding& one : grade_kernel(facts, {})) {
    EXPECT_EQ(one.what.find("does not take the gate"), std::string::npos);
  }
}

TEST(KernelGrades, Memory) {
  constexpr std::uint32_t kRowsWanted = 1'000'000;
  const std::uint64_t needed = estimate_maps(kRowsWanted);
  EXPECT_GT(needed, 400ULL * kRowsWanted);
  EXPECT_LT(needed, 600ULL * kRowsWanted);
  EXPECT_EQ(grade_memory(2 * needed, kRowsWanted).grade, Grade::kGood);
  EXPECT_EQ(grade_memory(2 * needed - 1, kRowsWanted).grade, Grade::kAdvice);
  EXPECT_EQ(grade_memory(needed, kRowsWanted).grade, Grade::kAdvice);
  EXPECT_EQ(grade_memory(needed - 1, kRowsWanted).grade, Grade::kObstacle);
}

}  // namespace
}  // namespace sipward::dataplane
