// SPDX-License-Identifier: Apache-2.0
#include "sip/escape.h"

#include <gtest/gtest.h>

namespace sipward::sip {
namespace {

struct Row {
  const char* name;
  const char* text;
  const char* normal;
};
class NormalForm : public testing::TestWithParam<Row> {};
TEST_P(NormalForm, IsReachedInOneStep) {
  EXPECT_EQ(normalise_escapes(GetParam().text), GetParam().normal);
  EXPECT_EQ(normalise_escapes(GetParam().normal), GetParam().normal);
}
// RFC 3261 19.1.4, RFC 3986 6.2.2.
INSTANTIATE_TEST_SUITE_P(
    Escape, NormalForm,
    testing::Values(Row{"nothing_escaped", "alice", "alice"},
                    Row{"unreserved", "%61lic%65%2D%5f%7E", "alice-_~"},
                    Row{"reserved_stays_in_upper_case", "a%3bb%40", "a%3Bb%40"},
                    Row{"percent_is_not_resolved_twice", "%2561", "%2561"},
                    Row{"beyond_ascii", "%c3%a9", "%C3%A9"}, Row{"cut_short", "a%4", "a%4"},
                    Row{"percent_alone", "%", "%"}, Row{"no_hex_digit", "%zz%6", "%zz%6"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(EscapedText, HoldsUnreservedMarksAndWholeEscapes) {
  EXPECT_TRUE(is_escaped_text("", ""));
  EXPECT_TRUE(is_escaped_text("Az09-_.!~*'()%2f", ""));
  EXPECT_TRUE(is_escaped_text("a=b", "="));
  EXPECT_TRUE(is_escaped_text("null-%00-null", "")) << "RFC 4475 3.1.1.4";
  for (const std::string bad :
       {"a=b", "%", "%4", "%4g", "%g4", "a b", "\x01", "\x7f", "\xc3\xa9"}) {
    EXPECT_FALSE(is_escaped_text(bad, "")) << bad;
  }
  EXPECT_FALSE(is_escaped_text(std::string("\0", 1), ""));
}

TEST(EscapedText, ControlOctetsInItAreFound) {
  for (const char* text : {"%00", "a%0Db", "a%7f", "%61%1f"}) {
    EXPECT_TRUE(has_escaped_control(text)) << text;
  }
  for (const char* text : {"", "%20", "a%4", "%2500", "%"}) {
    EXPECT_FALSE(has_escaped_control(text)) << text;
  }
}

}  // namespace
}  // namespace sipward::sip
