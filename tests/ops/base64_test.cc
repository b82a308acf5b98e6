// SPDX-License-Identifier: Apache-2.0
#include "agent/ops/base64.h"

#include <gtest/gtest.h>

#include <string>

namespace sipward::ops {
namespace {

using namespace std::string_literals;

struct Pair {
  const char* name;
  std::string octets;
  const char* text;
};
class Base64 : public testing::TestWithParam<Pair> {};

TEST_P(Base64, BothWays) {
  EXPECT_EQ(write_base64(GetParam().octets), GetParam().text);
  EXPECT_EQ(parse_base64(GetParam().text), GetParam().octets);
}

// RFC 4648 10
INSTANTIATE_TEST_SUITE_P(Rows, Base64,
                         testing::Values(Pair{"Empty", "", ""}, Pair{"One", "f", "Zg=="},
                                         Pair{"Two", "fo", "Zm8="}, Pair{"Three", "foo", "Zm9v"},
                                         Pair{"Four", "foob", "Zm9vYg=="},
                                         Pair{"Six", "foobar", "Zm9vYmFy"},
                                         Pair{"Zeros", "\0\0\0"s, "AAAA"},
                                         Pair{"Ones", "\xff\xff\xff\xff", "/////w=="}),
                         [](const auto& row) { return row.param.name; });

TEST(ParseBase64, RefusesWhatIsNotCanonical) {
  for (const char* text :
       {"Zg", "Zg=", "Zh==", "Z===", "====", "Zm9v====", "Zm 9", "Zm9\n", "=Zm9", "Zg==Zg=="}) {
    EXPECT_FALSE(parse_base64(text)) << text;
  }
}

}  // namespace
}  // namespace sipward::ops
