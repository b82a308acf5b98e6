// SPDX-License-Identifier: Apache-2.0
#include "agent/ops/json_cells.h"

#include <gtest/gtest.h>

#include <string>

namespace sipward::ops {
namespace {

using Json = nlohmann::json;

struct CellCase {
  const char* name;
  Json value;
  const char* expected;
};
class Cell : public testing::TestWithParam<CellCase> {};

TEST_P(Cell, IsText) { EXPECT_EQ(cell({{"x", GetParam().value}}, "x"), GetParam().expected); }

INSTANTIATE_TEST_SUITE_P(Rows, Cell,
                         testing::Values(CellCase{"Text", "a b", "a b"}, CellCase{"Empty", "", "-"},
                                         CellCase{"Null", nullptr, "-"}, CellCase{"Number", 7, "7"},
                                         CellCase{"Truth", true, "true"},
                                         CellCase{"Control", "\x1b[31m", "\\x1b[31m"}),
                         [](const auto& row) { return row.param.name; });

TEST(JsonCells, WhatIsMissingIsNoError) {
  for (const Json& odd : {Json::object(), Json::array(), Json(7), Json(nullptr)}) {
    EXPECT_EQ(cell(odd, "x"), "-");
    EXPECT_EQ(number(odd, "x"), 0);
    EXPECT_FALSE(is_true(odd, "x"));
    EXPECT_TRUE(array(odd, "x").empty());
    EXPECT_TRUE(object(odd, "x").empty());
    EXPECT_EQ(words(odd), "-");
  }
}

TEST(JsonCells, WhatIsThereIsRead) {
  const Json from{{"n", 7}, {"t", true}, {"a", {"x", "y\n", 3}}, {"o", {{"k", 1}}}};
  EXPECT_EQ(number(from, "n"), 7);
  EXPECT_TRUE(is_true(from, "t"));
  EXPECT_EQ(words(array(from, "a")), "x y\\x0a");
  EXPECT_EQ(object(from, "o"), (Json{{"k", 1}}));
}

TEST(JsonCells, Durations) {
  EXPECT_EQ(duration(0), "0s");
  EXPECT_EQ(duration(59), "59s");
  EXPECT_EQ(duration(60), "1m00s");
  EXPECT_EQ(duration(3'725), "1h02m05s");
  EXPECT_EQ(duration(-61), "-1m01s");
}

}  // namespace
}  // namespace sipward::ops
