// SPDX-License-Identifier: Apache-2.0
#include "sip/header_row.h"

#include <gtest/gtest.h>

namespace sipward::sip {
namespace {

TEST(HeaderRow, Reads) {
  struct Row {
    const char* line;
    Field field;
    const char* name;
    const char* value;
  };
  const Row rows[] = {
      {"From: a", Field::kFrom, "From", "a"},
      {"FROM:a", Field::kFrom, "FROM", "a"},
      {"f \t :\t a \t", Field::kFrom, "f", "a"},
      {"Subject:", Field::kSubject, "Subject", ""},
      {"X-Own: a: b", Field::kUnknown, "X-Own", "a: b"},
      {"x-!.%*+_`'~:1", Field::kUnknown, "x-!.%*+_`'~", "1"},
  };
  for (const Row& row : rows) {
    const auto header = parse_header_row(row.line, 0);
    ASSERT_TRUE(header) << row.line;
    EXPECT_EQ(header->field, row.field) << row.line;
    EXPECT_EQ(header->name, row.name) << row.line;
    EXPECT_EQ(header->value, row.value) << row.line;
  }
}

TEST(HeaderRow, Refused) {
  const std::pair<const char*, ParseErrorCode> rows[] = {
      {"From", ParseErrorCode::kNoColon},
      {"From <sip>", ParseErrorCode::kNoColon},
      {": a", ParseErrorCode::kBadHeaderName},
      {" From: a", ParseErrorCode::kBadHeaderName},
      {"Fr om: a", ParseErrorCode::kBadHeaderName},
      {"From a: b", ParseErrorCode::kBadHeaderName},
      {"From;: b", ParseErrorCode::kBadHeaderName},
      {"Fr\xc3\xb6m: b", ParseErrorCode::kBadHeaderName},
      {"\"From\": b", ParseErrorCode::kBadHeaderName},
  };
  for (const auto& [line, code] : rows) {
    const auto header = parse_header_row(line, 30);
    ASSERT_FALSE(header) << line;
    EXPECT_EQ(header.error().code, code) << line;
    EXPECT_EQ(header.error().offset, 30U) << line;
  }
}

}  // namespace
}  // namespace sipward::sip
