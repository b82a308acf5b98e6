// SPDX-License-Identifier: Apache-2.0
#include "sip/params.h"

#include <gtest/gtest.h>

namespace sipward::sip {
namespace {

std::string written(const Params& params) {
  std::string out;
  append_params(out, params);
  return out;
}

Params three() {
  Params params;
  params.set("a", "1");
  params.set("b");
  params.set("c", "x \"y\"", true);
  return params;
}

TEST(Params, AreWrittenInTheirOrder) { EXPECT_EQ(written(three()), ";a=1;b;c=\"x \\\"y\\\"\""); }

TEST(Params, AreFoundInAnyCase) {
  const Params params = three();
  EXPECT_EQ(params.value("A"), "1");
  EXPECT_TRUE(params.has("B"));
  EXPECT_EQ(params.value("b"), std::nullopt) << "there, without a value";
  EXPECT_FALSE(params.has("d"));
  EXPECT_EQ(params.value("d"), std::nullopt);
  EXPECT_EQ(params.size(), 3U);
}

TEST(Params, SetReplacesInPlace) {
  Params params = three();
  params.set("C", "z");
  params.set("A");
  params.set("d", "2");
  EXPECT_EQ(written(params), ";a;b;c=z;d=2");
}

TEST(Params, RemoveSaysWhetherThereWasOne) {
  Params params = three();
  EXPECT_TRUE(params.remove("B"));
  EXPECT_FALSE(params.remove("B"));
  EXPECT_EQ(written(params), ";a=1;c=\"x \\\"y\\\"\"");
}

}  // namespace
}  // namespace sipward::sip
