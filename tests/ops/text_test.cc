// SPDX-License-Identifier: Apache-2.0
#include "agent/ops/text.h"

#include <gtest/gtest.h>

#include <string>

namespace sipward::ops {
namespace {

struct Row {
  std::string name;
  std::string text;
  std::string expected;
};

class LogValue : public testing::TestWithParam<Row> {};

TEST_P(LogValue, CannotEndTheLineNorDriveATerminal) {
  EXPECT_EQ(log_value(GetParam().text, 16), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, LogValue,
    testing::Values(Row{"Word", "a@b.example", "a@b.example"}, Row{"Empty", "", "\"\""},
                    Row{"Space", "a b", "\"a b\""}, Row{"EqualsSign", "a=b", "\"a=b\""},
                    Row{"Quote", "a\"b", R"("a\"b")"}, Row{"Backslash", R"(a\b)", R"("a\\b")"},
                    Row{"LineEnd", "a\r\nb", R"("a\x0d\x0ab")"},
                    Row{"TerminalEscape", "\x1b[2J", R"("\x1b[2J")"},
                    Row{"Nul", std::string("a\0b", 3), R"("a\x00b")"},
                    Row{"Delete", "\x7f", R"("\x7f")"},
                    Row{"HighOctets", "\xc3\xa6", R"("\xc3\xa6")"},
                    Row{"ExactlyTheLimit", std::string(16, 'x'), std::string(16, 'x')},
                    Row{"OverTheLimit", std::string(17, 'x'),
                        "\"" + std::string(16, 'x') + "...\""}),
    [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace sipward::ops
