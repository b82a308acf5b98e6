// SPDX-License-Identifier: Apache-2.0
#include "sip/start_line.h"

#include <gtest/gtest.h>

namespace sipward::sip {
namespace {

TEST(StartLine, Request) {
  const auto line = parse_start_line("RE%47ISTER tel:+1-201 SIP/2.0", 0);
  ASSERT_TRUE(line);
  EXPECT_EQ(line->method, "RE%47ISTER");
  EXPECT_EQ(line->uri, "tel:+1-201");
  EXPECT_EQ(line->status, 0);
}

TEST(StartLine, Status) {
  struct Row {
    const char* line;
    int status;
    const char* reason;
  };
  const Row rows[] = {
      {"SIP/2.0 100 ", 100, ""},  // RFC 4475 3.1.1.13: the phrase may be empty
      {"SIP/2.0 200 OK", 200, "OK"},
      {"sip/2.0 699  two  spaces", 699, " two  spaces"},
      {"SIP/2.0 200 = 2**3 \xd0\xbe", 200, "= 2**3 \xd0\xbe"},
  };
  for (const Row& row : rows) {
    const auto line = parse_start_line(row.line, 0);
    ASSERT_TRUE(line) << row.line;
    EXPECT_EQ(line->status, row.status) << row.line;
    EXPECT_EQ(line->reason, row.reason) << row.line;
    EXPECT_EQ(line->method, "");
  }
}

TEST(StartLine, Refused) {
  using enum ParseErrorCode;
  struct Row {
    const char* line;
    ParseErrorCode code;
    std::size_t offset;
  };
  const Row rows[] = {
      {"", kBadStartLine, 0},
      {"INVITE", kBadStartLine, 0},
      {"INVITE sip:a@b", kBadStartLine, 0},
      {"INVITE sip:a@b ", kBadStartLine, 15},
      {"INVITE sip:a@b HTTP/1.1", kBadStartLine, 15},
      {"INVITE sip:a@b SIP/2", kBadStartLine, 15},
      {"INVITE sip:a@b SIP/.0", kBadStartLine, 15},
      {"INVITE sip:a@b SIP/2.", kBadStartLine, 15},
      {"INVITE sip:a@b SIP/2.0 ", kBadStartLine, 23},
      {"INVITE sip:a@b\tSIP/2.0", kBadStartLine, 0},
      {" INVITE sip:a@b SIP/2.0", kBadMethod, 0},
      {"INVI(TE sip:a@b SIP/2.0", kBadMethod, 0},
      {"INVITE  sip:a@b SIP/2.0", kBadRequestUri, 7},
      {"INVITE sip:a@b  SIP/2.0", kBadRequestUri, 7},
      {"INVITE sip:a@b; lr SIP/2.0", kBadRequestUri, 7},
      {"INVITE sip:a@\tb SIP/2.0", kBadRequestUri, 7},
      {"INVITE sip:a@b SIP/3.0", kBadVersion, 15},
      {"INVITE sip:a@b SIP/2.00", kBadVersion, 15},
      {"INVITE sip:a@b SIP/22.0", kBadVersion, 15},
      {"SIP/2.0", kBadStartLine, 0},
      {"SIP/2.0 200", kBadStartLine, 0},
      {"SIP/2.0  200 OK", kBadStatus, 8},
      {"SIP/2.0 099 Low", kBadStatus, 8},
      {"SIP/2.0 700 High", kBadStatus, 8},
      {"SIP/2.0 2000 Long", kBadStatus, 8},
      {"SIP/2.0 20 Short", kBadStatus, 8},
      {"SIP/2.0 +20 Sign", kBadStatus, 8},
      {"SIP/2.0 4294967496 Wraps to 200", kBadStatus, 8},
      {"SIP/2.x 200 OK", kBadStartLine, 0},
      {"SIP/7.0 200 OK", kBadVersion, 0},
  };
  for (const Row& row : rows) {
    const auto line = parse_start_line(row.line, 100);
    ASSERT_FALSE(line) << row.line;
    EXPECT_EQ(line.error().code, row.code) << row.line;
    EXPECT_EQ(line.error().offset, 100 + row.offset) << row.line;
  }
}

}  // namespace
}  // namespace sipward::sip
