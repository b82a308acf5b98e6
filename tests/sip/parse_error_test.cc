// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <set>

#include "sip/reader.h"

namespace sipward::sip {
namespace {

constexpr ParseErrorCode kCodes[] = {
#define SIPWARD_TEST_CODE(id, status, text) ParseErrorCode::id,
    SIPWARD_SIP_PARSE_ERRORS(SIPWARD_TEST_CODE)
#undef SIPWARD_TEST_CODE
};

TEST(ParseError, EveryCodeHasATextOfItsOwnAndAStatus) {
  std::set<std::string_view> texts;
  for (const ParseErrorCode code : kCodes) {
    const ParseError error{.code = code};
    EXPECT_TRUE(texts.insert(error.text()).second) << error.text();
    const std::set<int> statuses = {400, 505, 513};
    EXPECT_TRUE(statuses.contains(error.status())) << error.text();
  }
}

TEST(ParseError, StatusTellsTheKindOfMistake) {
  EXPECT_EQ(ParseError{.code = ParseErrorCode::kBadHeader}.status(), 400);
  EXPECT_EQ(ParseError{.code = ParseErrorCode::kBadVersion}.status(), 505);
  EXPECT_EQ(ParseError{.code = ParseErrorCode::kTooLong}.status(), 513);
  EXPECT_EQ(ParseError{.code = ParseErrorCode::kTooManyHops}.status(), 513);
}

TEST(ParseError, DescribesWhatAndWhere) {
  const ParseError in_header{
      .code = ParseErrorCode::kBadHeader, .offset = 214, .field = Field::kCSeq};
  EXPECT_EQ(in_header.describe(), "CSeq: header does not parse (octet 214)");
  EXPECT_EQ((ParseError{.code = ParseErrorCode::kEmpty}.describe()), "no start line (octet 0)");
}

}  // namespace
}  // namespace sipward::sip
