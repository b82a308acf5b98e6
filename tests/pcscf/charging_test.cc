// SPDX-License-Identifier: Apache-2.0
#include "agent/pcscf/charging.h"

#include <gtest/gtest.h>

namespace sipward::pcscf {
namespace {

// RFC 7315 4.6
TEST(ChargingVector, NamesTheRequestTheNodeAndTheNetwork) {
  const ChargingVector vector{
      .icid = 0x0123456789abcdef, .node = "p.example", .originating = "home1.example"};
  EXPECT_EQ(vector.text(), "icid-value=\"0123456789abcdef@p.example\";orig-ioi=\"home1.example\"");
}

TEST(Quoted, EscapesWhatEndsAString) {
  EXPECT_EQ(quoted("a\"b\\c d"), "\"a\\\"b\\\\c d\"");
  EXPECT_EQ(quoted(""), "\"\"");
}

}  // namespace
}  // namespace sipward::pcscf
