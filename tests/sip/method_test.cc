// SPDX-License-Identifier: Apache-2.0
#include "sip/method.h"

#include <gtest/gtest.h>

namespace sipward::sip {
namespace {

TEST(Method, EveryNameReadsAsItsMethod) {
  for (int i = 0; i < static_cast<int>(Method::kOther); ++i) {
    const auto method = static_cast<Method>(i);
    EXPECT_FALSE(method_name(method).empty());
    EXPECT_EQ(parse_method(method_name(method)), method) << method_name(method);
  }
  EXPECT_EQ(method_name(Method::kOther), "");
}

// RFC 3261 7.1: the method is case-sensitive, and nothing in it is unescaped.
TEST(Method, LooksLikeAMethodButIsNone) {
  for (const char* token : {"", "invite", "Invite", "INVITES", "INVIT", "RE%47ISTER", " ACK"}) {
    EXPECT_EQ(parse_method(token), Method::kOther) << token;
  }
}

}  // namespace
}  // namespace sipward::sip
