// SPDX-License-Identifier: Apache-2.0
// What the verifier has to walk through decides on which kernels the gate loads, and how long an
// attach takes. The limit is a million instructions; the budget leaves room for older verifiers.
#include <bpf/bpf.h>
#include <gtest/gtest.h>
#include <linux/bpf.h>

#include "tests/kernel/lab.h"

namespace sipward::test {
namespace {

constexpr std::uint32_t kGateBudget = 20'000;
constexpr std::uint32_t kTagBudget = 100;

bpf_prog_info info_of(int program) {
  bpf_prog_info info{};
  __u32 size = sizeof(info);
  EXPECT_EQ(bpf_obj_get_info_by_fd(program, &info, &size), 0);
  return info;
}

TEST(Verifier, StaysWithinItsBudget) {
  for (const bool emergency : {false, true}) {
    auto config = test_config();
    config.emergency = emergency;
    config.listeners.resize(SIPWARD_MAX_LISTENERS, config.listeners.front());
    const GateUnderTest gate(config);
    const bpf_prog_info info = info_of(gate.program().gate_fd());
    RecordProperty(emergency ? "instructions_with_emergency" : "instructions",
                   static_cast<int>(info.verified_insns));
    EXPECT_LT(info.verified_insns, kGateBudget);
    EXPECT_STREQ(info.name, "sipward_gate");
    EXPECT_NE(info.btf_id, 0U) << "bpftool needs the types";
    EXPECT_LT(info_of(gate.program().tag_fd()).verified_insns, kTagBudget);
  }
}

}  // namespace
}  // namespace sipward::test
