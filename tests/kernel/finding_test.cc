// SPDX-License-Identifier: Apache-2.0
#include "agent/dataplane/finding.h"

#include <gtest/gtest.h>

namespace sipward::dataplane {
namespace {

TEST(Finding, IsOneLine) {
  Finding finding{.grade = Finding::Grade::kObstacle,
                  .subject = "eth1",
                  .what = "runs another program",
                  .remedy = "take it off"};
  EXPECT_EQ(to_line(finding), "eth1: OBSTACLE: runs another program; remedy: take it off");
  finding.grade = Finding::Grade::kAdvice;
  EXPECT_EQ(to_line(finding), "eth1: advice: runs another program; remedy: take it off");
  finding = {.subject = "kernel", .what = "6.1"};
  EXPECT_EQ(to_line(finding), "kernel: good: 6.1");
}

}  // namespace
}  // namespace sipward::dataplane
