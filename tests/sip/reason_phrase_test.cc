// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "sip/message.h"

namespace sipward::sip {
namespace {

TEST(ReasonPhrase, CodesOfTheStandards) {
  const std::pair<int, const char*> rows[] = {
      {100, "Trying"},
      {200, "OK"},
      {401, "Unauthorized"},
      {407, "Proxy Authentication Required"},
      {421, "Extension Required"},
      {430, "Flow Failed"},
      {503, "Service Unavailable"},
      {513, "Message Too Large"},
      {606, "Not Acceptable"},
  };
  for (const auto& [status, phrase] : rows) EXPECT_EQ(reason_phrase(status), phrase) << status;
}

TEST(ReasonPhrase, OtherCodesHaveNone) {
  for (const int status : {0, 99, 101, 299, 499, 699, 1000}) {
    EXPECT_EQ(reason_phrase(status), "Unknown") << status;
  }
}

}  // namespace
}  // namespace sipward::sip
