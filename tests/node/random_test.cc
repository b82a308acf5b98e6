// SPDX-License-Identifier: Apache-2.0
#include "agent/node/random.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <set>

namespace sipward::node {
namespace {

/// More than one buffer; a repetition among so few 64-bit words is no chance.
TEST(RandomSource, DoesNotRepeatItself) {
  const sip::RandomSource random = make_random_source();
  const sip::RandomSource other = make_random_source();
  std::set<std::uint64_t> seen;
  constexpr std::size_t kCount = 1'000;
  for (std::size_t i = 0; i < kCount; ++i) {
    seen.insert(random());
    seen.insert(other());
  }
  EXPECT_EQ(seen.size(), 2 * kCount);
}

TEST(RandomOctets, AreAsManyAsAskedFor) {
  EXPECT_EQ(random_octets(0).size(), 0U);
  EXPECT_EQ(random_octets(32).size(), 32U);
  EXPECT_NE(random_octets(32), random_octets(32));
}

}  // namespace
}  // namespace sipward::node
