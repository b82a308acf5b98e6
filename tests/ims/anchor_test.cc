// SPDX-License-Identifier: Apache-2.0
#include "agent/ims/anchor.h"

#include <gtest/gtest.h>

namespace sipward::ims {
namespace {

TEST(Anchor, IsToldAsAnOperatorKnowsIt) {
  Anchor anchor{.slot = 2, .mac = {2, 0, 0, 0, 0xab, 1}, .hop_limit = 63};
  EXPECT_EQ(anchor.text(), "slot 2, MAC 02:00:00:00:ab:01, hop limit 63");
  anchor.vlan = 100;
  EXPECT_EQ(anchor.text(), "slot 2, VLAN 100, MAC 02:00:00:00:ab:01, hop limit 63");
  anchor.inner_vlan = 7;
  EXPECT_EQ(anchor.text(), "slot 2, VLAN 100.7, MAC 02:00:00:00:ab:01, hop limit 63");
}

}  // namespace
}  // namespace sipward::ims
