// SPDX-License-Identifier: Apache-2.0
#include "agent/ops/password.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <string>

namespace sipward::ops {
namespace {

struct Row {
  const char* name;
  std::string input;
  std::string password;
  std::string error;
};
class ReadPassword : public testing::TestWithParam<Row> {};

TEST_P(ReadPassword, TakesTheFirstLine) {
  std::array<int, 2> ends{};
  ASSERT_EQ(pipe(ends.data()), 0);
  ASSERT_EQ(write(ends[1], GetParam().input.data(), GetParam().input.size()),
            static_cast<ssize_t>(GetParam().input.size()));
  close(ends[1]);
  const auto password = read_password(ends[0]);
  close(ends[0]);
  EXPECT_EQ(password ? password->text : "", GetParam().password);
  EXPECT_EQ(password ? "" : password.error(), GetParam().error);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, ReadPassword,
    testing::Values(Row{"Line", "secret\n", "secret", ""}, Row{"NoLineEnd", "secret", "secret", ""},
                    Row{"DosLineEnd", "secret\r\n", "secret", ""},
                    Row{"SecondLineLeftAlone", "one\ntwo\n", "one", ""},
                    Row{"SpacesBelongToIt", " s \n", " s ", ""},
                    Row{"Empty", "\n", "", "the password is empty"},
                    Row{"Nothing", "", "", "the password is empty"},
                    Row{"Longest", std::string(255, 'x') + "\n", std::string(255, 'x'), ""},
                    Row{"TooLong", std::string(256, 'x') + "\n", "",
                        "the password is longer than 255 octets"}),
    [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace sipward::ops
