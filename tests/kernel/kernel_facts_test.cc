// SPDX-License-Identifier: Apache-2.0
#include "agent/dataplane/kernel_facts.h"

#include <gtest/gtest.h>

namespace sipward::dataplane {
namespace {

TEST(KernelFacts, ParseRelease) {
  struct Row {
    const char* release;
    std::optional<KernelVersion> version;
  };
  const Row rows[] = {{"6.1.0-28-amd64", KernelVersion{6, 1}},
                      {"6.18.44", KernelVersion{6, 18}},
                      {"5.15", KernelVersion{5, 15}},
                      {"10.0-rc1", KernelVersion{10, 0}},
                      {"6", std::nullopt},
                      {"6.", std::nullopt},
                      {"", std::nullopt},
                      {"custom", std::nullopt},
                      {"6.99999999999999999999", std::nullopt}};
  for (const Row& row : rows) EXPECT_EQ(parse_release(row.release), row.version) << row.release;
}

TEST(KernelFacts, VersionsAreNumbersAndNotText) {
  EXPECT_LT((KernelVersion{6, 9}), (KernelVersion{6, 10}));
  EXPECT_LT((KernelVersion{6, 18}), (KernelVersion{7, 0}));
}

TEST(KernelFacts, ParseAvailableMemory) {
  EXPECT_EQ(parse_available_memory("MemTotal:  100 kB\nMemAvailable:    2048 kB\n"), 2048U * 1024);
  EXPECT_EQ(parse_available_memory("MemTotal:  100 kB\n"), std::nullopt);
  EXPECT_EQ(parse_available_memory("MemAvailable:"), std::nullopt);
  EXPECT_EQ(parse_available_memory("MemAvailable: lots"), std::nullopt);
  EXPECT_EQ(parse_available_memory(""), std::nullopt);
}

}  // namespace
}  // namespace sipward::dataplane
