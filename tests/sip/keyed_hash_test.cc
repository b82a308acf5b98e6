// SPDX-License-Identifier: Apache-2.0
#include "sip/keyed_hash.h"

#include <gtest/gtest.h>

#include <string>
#include <unordered_map>

namespace sipward::sip {
namespace {

/// The first `length` of the octets 00, 01, 02, ...
std::string counting(std::size_t length) {
  std::string out;
  for (std::size_t i = 0; i < length; ++i) out += static_cast<char>(i);
  return out;
}

// The reference implementation's vectors for SipHash-2-4: key 00..0f, message 00..length-1. The
// paper's appendix A is the one of fifteen octets.
TEST(SipHash, AgreesWithItsReferenceVectors) {
  constexpr HashKey kKey{.low = 0x0706050403020100, .high = 0x0f0e0d0c0b0a0908};
  EXPECT_EQ(sip_hash(kKey, counting(0)), 0x726fdb47dd0e0e31U);
  EXPECT_EQ(sip_hash(kKey, counting(1)), 0x74f839c593dc67fdU);
  EXPECT_EQ(sip_hash(kKey, counting(8)), 0x93f5f5799a932462U);
  EXPECT_EQ(sip_hash(kKey, counting(15)), 0xa129ca6149be45e5U);
}

TEST(KeyedHash, IsOneFunctionForTheProcess) {
  EXPECT_EQ(keyed_hash("abc"), keyed_hash("abc"));
  EXPECT_NE(keyed_hash("abc"), keyed_hash("abd"));
  EXPECT_NE(keyed_hash(""), keyed_hash(std::string_view("\0", 1)));
}

TEST(KeyedHash, KeyIsDrawnAndNotZero) { EXPECT_NE(keyed_hash("abc"), sip_hash({}, "abc")); }

TEST(KeyedHash, FindsAStringByItsView) {
  const std::unordered_map<std::string, int, KeyedHash, std::equal_to<>> map = {{"a", 1}};
  EXPECT_EQ(map.find(std::string_view("a"))->second, 1);
  EXPECT_EQ(map.find(std::string_view("b")), map.end());
}

}  // namespace
}  // namespace sipward::sip
