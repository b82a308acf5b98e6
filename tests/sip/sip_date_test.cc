// SPDX-License-Identifier: Apache-2.0
#include "sip/sip_date.h"

#include <gtest/gtest.h>

namespace sipward::sip {
namespace {

TEST(SipDate, Good) {
  for (const char* text : {"Sat, 13 Nov 2010 23:29:00 GMT", "Thu, 29 Feb 2024 00:00:00 GMT",
                           "Sat, 31 Dec 2016 23:59:60 GMT", "fri, 01 jan 2010 16:00:00 gmt"}) {
    EXPECT_TRUE(is_sip_date(text)) << text;
  }
}

TEST(SipDate, Bad) {
  const std::pair<const char*, const char*> rows[] = {
      {"empty", ""},
      {"another zone (RFC 4475 3.1.2.12)", "Fri, 01 Jan 2010 16:00:00 EST"},
      {"an offset", "Fri, 01 Jan 2010 16:00:00 +0100"},
      {"one digit of the day", "Fri, 1 Jan 2010 16:00:00 GMT"},
      {"no such month", "Fri, 01 Foo 2010 16:00:00 GMT"},
      {"no such day of the week", "Xyz, 01 Jan 2010 16:00:00 GMT"},
      {"no such day", "Fri, 30 Feb 2010 16:00:00 GMT"},
      {"day 0", "Fri, 00 Jan 2010 16:00:00 GMT"},
      {"no leap year", "Fri, 29 Feb 2023 16:00:00 GMT"},
      {"hour 24", "Fri, 01 Jan 2010 24:00:00 GMT"},
      {"minute 60", "Fri, 01 Jan 2010 16:60:00 GMT"},
      {"second 61", "Fri, 01 Jan 2010 16:00:61 GMT"},
      {"cut short", "Fri, 01 Jan 2010 16:00:00 GM"},
      {"something behind", "Fri, 01 Jan 2010 16:00:00 GMT "},
      {"letters for digits", "Fri, 01 Jan 20x0 16:00:00 GMT"},
  };
  for (const auto& [name, text] : rows) EXPECT_FALSE(is_sip_date(text)) << name;
}

}  // namespace
}  // namespace sipward::sip
