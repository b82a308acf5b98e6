// SPDX-License-Identifier: Apache-2.0
#include "agent/dataplane/xdp_features.h"

#include <gtest/gtest.h>
#include <net/if.h>

#include "tests/kernel/net_lab.h"

namespace sipward::test {
namespace {

TEST(XdpFeatures, TheKernelTellsThemOfAnInterface) {
  const NetLab lab;
  lab.gate().run([] {
    const auto features = dataplane::read_xdp_features(if_nametoindex("sw0"));
    if (!features) GTEST_SKIP() << "this kernel does not say";
    EXPECT_NE(*features & dataplane::kXdpBasic, 0U) << "it is a veth";
    EXPECT_FALSE(dataplane::read_xdp_features(0x7fffffff)) << "there is no such interface";
  });
}

}  // namespace
}  // namespace sipward::test
