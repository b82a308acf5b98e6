// SPDX-License-Identifier: Apache-2.0
#include "tests/kernel/expectations.h"

#include <gtest/gtest.h>
#include <linux/bpf.h>

namespace sipward::test {

bool refuses(std::string_view counter) {
  for (std::uint32_t reason = 0; reason < SIPWARD_REASON_COUNT; ++reason) {
    if (reason_name(reason) == counter) return sipward_refuses(reason) != 0;
  }
  ADD_FAILURE() << "no counter " << counter;
  return false;
}

Outcome expect_counted(GateUnderTest& gate, const Frame& frame, std::string_view counted,
                       dataplane::Mode mode) {
  Outcome outcome = gate.run(frame);
  EXPECT_EQ(outcome.counted, counted);
  EXPECT_EQ(outcome.frame, frame) << "the packet itself is never changed";
  const bool refused = !counted.empty() && refuses(counted);
  const bool enforced = mode == dataplane::Mode::kEnforce;
  EXPECT_EQ(outcome.action, refused && enforced ? XDP_DROP : XDP_PASS);
  if (counted.empty()) {
    EXPECT_EQ(outcome.mark, std::nullopt);
  } else if (refused && !enforced) {
    EXPECT_EQ(outcome.mark, sipward_mark(SIPWARD_VERDICT_UNBOUND, 0));
  }
  return outcome;
}

void expect_all(GateUnderTest& gate, const std::vector<Counted>& cases, dataplane::Mode mode) {
  for (const Counted& c : cases) {
    SCOPED_TRACE(c.name + ", " + std::string(mode_name(mode)));
    expect_counted(gate, c.frame, c.counted, mode);
  }
}

void install(GateUnderTest& gate, const std::vector<ims::KernelRow>& rows) {
  for (const ims::KernelRow& one : rows) {
    EXPECT_EQ(gate.bindings().install(one), dataplane::InstallStatus::kInstalled);
  }
}

}  // namespace sipward::test
