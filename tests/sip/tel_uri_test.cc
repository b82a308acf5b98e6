// SPDX-License-Identifier: Apache-2.0
#include "sip/tel_uri.h"

#include <gtest/gtest.h>

namespace sipward::sip {
namespace {

// RFC 3966 3: global-number-digits and local-number-digits.
TEST(PhoneNumber, IsGlobalOrLocal) {
  for (const char* global : {"+1", "+15551000", "+1-201-555-0123", "+(1)555.1000"}) {
    EXPECT_TRUE(is_global_number(global)) << global;
    EXPECT_TRUE(is_phone_number(global)) << global;
  }
  for (const char* local : {"7042", "863-1234", "*67", "#31#", "aBcD", "(0)1"}) {
    EXPECT_FALSE(is_global_number(local)) << local;
    EXPECT_TRUE(is_phone_number(local)) << local;
  }
  for (const char* neither : {"", "+", "+-", "-", "()", "+1a", "+1*", "1+", "++1", "12g", "1 2"}) {
    EXPECT_FALSE(is_phone_number(neither)) << neither;
  }
}

Params with(std::string_view name, std::optional<std::string> value) {
  Params params;
  params.set(name, std::move(value));
  return params;
}

TEST(PhoneParams, LocalNumbersNeedAContext) {
  EXPECT_TRUE(are_phone_params("+1555", {}));
  EXPECT_FALSE(are_phone_params("1555", {}));
  EXPECT_TRUE(are_phone_params("1555", with("phone-context", "a.example")));
}

struct Row {
  const char* name;
  const char* param;
  std::optional<std::string> value;
  bool good;
};
class PhoneParam : public testing::TestWithParam<Row> {};
TEST_P(PhoneParam, HasItsGrammar) {
  EXPECT_EQ(are_phone_params("+1555", with(GetParam().param, GetParam().value)), GetParam().good);
}
INSTANTIATE_TEST_SUITE_P(
    TelUri, PhoneParam,
    testing::Values(Row{"ext", "ext", "12-34", true}, Row{"ext_in_capitals", "EXT", "1", true},
                    Row{"ext_without_value", "ext", std::nullopt, false},
                    Row{"ext_without_digit", "ext", "-", false},
                    Row{"ext_with_letter", "ext", "a", false}, Row{"isub", "isub", "a:1", true},
                    Row{"isub_without_value", "isub", std::nullopt, false},
                    Row{"context_is_a_number", "phone-context", "+1-914-555", true},
                    Row{"context_is_a_name", "phone-context", "a-b.example", true},
                    Row{"context_is_a_local_number", "phone-context", "914", false},
                    Row{"context_is_an_address", "phone-context", "192.0.2.1", false},
                    Row{"context_without_value", "phone-context", std::nullopt, false},
                    Row{"unknown_with_value", "tsp", "a.b", true},
                    Row{"unknown_without_value", "x-y1", std::nullopt, true},
                    Row{"name_with_other_octets", "x_y", "1", false}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(PlainNumber, HasNoVisualSeparators) {
  EXPECT_EQ(plain_number("+1-(201).555-0123"), "+12015550123");
  EXPECT_EQ(plain_number("*67#aB"), "*67#ab");
}

// RFC 3966 4: a context is compared as what it is. A domain name's hyphen is no visual separator.
TEST(PlainPhoneParam, FollowsItsKind) {
  EXPECT_EQ(plain_phone_param("ext", "1-2"), "12");
  EXPECT_EQ(plain_phone_param("Phone-Context", "+1-914"), "+1914");
  EXPECT_EQ(plain_phone_param("phone-context", "A-B.example"), "a-b.example");
  EXPECT_EQ(plain_phone_param("isub", "A-%62"), "a-b");
}

}  // namespace
}  // namespace sipward::sip
