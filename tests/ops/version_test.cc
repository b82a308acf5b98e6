// SPDX-License-Identifier: Apache-2.0
#include "agent/ops/version.h"

#include <gtest/gtest.h>

namespace sipward::ops {
namespace {

TEST(Version, IsTheProjects) { EXPECT_EQ(kVersion, SIPWARD_VERSION); }

}  // namespace
}  // namespace sipward::ops
