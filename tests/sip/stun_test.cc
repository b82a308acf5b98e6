// SPDX-License-Identifier: Apache-2.0
#include "sip/stun.h"

#include <gtest/gtest.h>

namespace sipward::sip {
namespace {

const std::string kCookie("\x21\x12\xa4\x42", 4);
const std::string kId = "0123456789ab";

std::string request(const std::string& attributes = "", unsigned type = 1) {
  std::string out;
  out += static_cast<char>(type >> 8);
  out += static_cast<char>(type);
  out += static_cast<char>(attributes.size() >> 8);
  out += static_cast<char>(attributes.size());
  return out + kCookie + kId + attributes;
}

const Endpoint kSource = *Endpoint::parse("192.0.2.1:32853");

// RFC 8489 7.3.1; the address is that of RFC 5769's sample response.
TEST(Stun, BindingRequestIsAnsweredWithItsSource) {
  const auto answer = answer_stun(request(), kSource);
  ASSERT_TRUE(answer);
  EXPECT_EQ(*answer, std::string("\x01\x01\x00\x0c", 4) + kCookie + kId +
                         std::string("\x00\x20\x00\x08\x00\x01\xa1\x47\xe1\x12\xa6\x43", 12));
}

TEST(Stun, Ipv6AddressIsMaskedWithTheTransactionId) {
  const auto answer = answer_stun(request(), *Endpoint::parse("[2001:db8::1]:5060"));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->size(), 44U);
  EXPECT_EQ((*answer)[25], 2);  // family
  EXPECT_EQ((*answer)[43], static_cast<char>(1 ^ 'b'));
}

TEST(Stun, OptionalAttributesAreIgnoredAndRequiredOnesNamed) {
  EXPECT_TRUE(answer_stun(request(std::string("\x80\x22\x00\x04test", 8)), kSource));
  const auto refused = answer_stun(request(std::string("\x00\x06\x00\x03"
                                                       "abc\0",
                                                       8)),
                                   kSource);
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->substr(0, 2), std::string("\x01\x11", 2));
  EXPECT_EQ(refused->substr(24, 4), std::string("\x00\x00\x04\x14", 4)) << "420";
  EXPECT_EQ(refused->substr(32, 2), std::string("\x00\x06", 2));
}

TEST(Stun, AnythingElseIsDropped) {
  EXPECT_FALSE(answer_stun("", kSource));
  EXPECT_FALSE(answer_stun("OPTIONS sip:a.example SIP/2.0", kSource));
  EXPECT_FALSE(answer_stun(request().substr(0, 19), kSource));
  EXPECT_FALSE(answer_stun(request() + "abcd", kSource)) << "length disagrees";
  EXPECT_FALSE(answer_stun(request("", 0x0101), kSource)) << "a response is never answered";
  EXPECT_FALSE(answer_stun(request("", 0x0011), kSource)) << "an indication is never answered";
  EXPECT_FALSE(answer_stun(request(std::string("\x80\x22\x00\x09"
                                               "abcd",
                                               8)),
                           kSource));
  EXPECT_FALSE(answer_stun(request(std::string(600, '\x80')), kSource));
}

TEST(Stun, AnswerIsAtMostTwiceTheRequestAndAHeader) {
  std::string attributes;
  for (int i = 0; i < 16; ++i) attributes += std::string("\x00\x06\x00\x00", 4);
  const auto answer = answer_stun(request(attributes), kSource);
  ASSERT_TRUE(answer);
  EXPECT_LE(answer->size(), request(attributes).size() + 24);
  EXPECT_FALSE(answer_stun(request(attributes + std::string("\x00\x06\x00\x00", 4)), kSource));
}

}  // namespace
}  // namespace sipward::sip
