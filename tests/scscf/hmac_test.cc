// SPDX-License-Identifier: Apache-2.0
#include "agent/scscf/hmac.h"

#include <gtest/gtest.h>

namespace sipward::scscf {
namespace {

std::string hex_of(const std::string& octets) {
  std::string out;
  for (const char c : octets) {
    const auto value = static_cast<unsigned char>(c);
    out += "0123456789abcdef"[value >> 4];
    out += "0123456789abcdef"[value & 0xf];
  }
  return out;
}

TEST(Hmac, IsHmacSha256OfPurposeNulText) {
  // The value is Python's hmac.new(b"Jefe", b"what\0do ya want for nothing?", "sha256").
  EXPECT_EQ(hex_of(hmac_sha256("Jefe", "what", "do ya want for nothing?")),
            "265094f2911ca60070dba3bf45b4f3d9cce6a2d7c824f73fd7e2a27b9fdb899e");
}

TEST(Hmac, PurposesAndKeysAreApart) {
  const std::string mac = hmac_sha256("key", "nonce", "text");
  EXPECT_EQ(mac.size(), 32U);
  EXPECT_EQ(mac, hmac_sha256("key", "nonce", "text"));
  EXPECT_NE(mac, hmac_sha256("key", "decoy", "text"));
  EXPECT_NE(mac, hmac_sha256("other", "nonce", "text"));
  EXPECT_NE(hmac_sha256("key", "non", "cetext"), mac);
}

}  // namespace
}  // namespace sipward::scscf
