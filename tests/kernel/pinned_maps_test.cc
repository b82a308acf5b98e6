// SPDX-License-Identifier: Apache-2.0
#include "agent/dataplane/pinned_maps.h"

#include <gtest/gtest.h>

#include "agent/dataplane/map_names.h"

namespace sipward::dataplane {
namespace {

TEST(PinnedMaps, WhatIsNotThereIsToldWithItsPath) {
  const std::string folder = "/sys/fs/bpf/sw-nowhere";
  for (const auto& open : {open_map, open_map_to_read}) {
    const auto map = open(folder, kPulse);
    ASSERT_FALSE(map);
    EXPECT_TRUE(map.error().starts_with(map_path(folder, kPulse) + " is not there")) << map.error();
  }
}

TEST(PinnedMaps, WhatIsNoMapHasNoInfo) { EXPECT_FALSE(map_info(-1)); }

}  // namespace
}  // namespace sipward::dataplane
