// SPDX-License-Identifier: Apache-2.0
#include "agent/ops/pcap.h"

#include <gtest/gtest.h>

#include <string>

namespace sipward::ops {
namespace {

using namespace std::string_literals;

TEST(Pcap, HeaderOfANanosecondFile) {
  EXPECT_EQ(pcap_header(),
            "\x4d\x3c\xb2\xa1\x02\x00\x04\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x04\x00"
            "\x01\x00\x00\x00"s);
}

struct Record {
  const char* name;
  PcapFrame frame;
  std::string expected;
};
class PcapRecord : public testing::TestWithParam<Record> {};

TEST_P(PcapRecord, Octets) { EXPECT_EQ(pcap_record(GetParam().frame), GetParam().expected); }

INSTANTIATE_TEST_SUITE_P(
    Rows, PcapRecord,
    testing::Values(Record{"HeadOfAFrame",
                           {.unix_ns = 258'000'000'003, .octets = "abc", .length = 1'500},
                           "\x02\x01\x00\x00\x03\x00\x00\x00\x03\x00\x00\x00\xdc\x05\x00\x00"
                           "abc"s},
                    Record{"NeverShorterThanItsHead",
                           {.unix_ns = 1'000'000'000, .octets = "abc", .length = 2},
                           "\x01\x00\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00\x03\x00\x00\x00"
                           "abc"s},
                    Record{"BeforeTheEpoch",
                           {.unix_ns = -1, .octets = "", .length = 60},
                           "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x3c\x00\x00\x00"s}),
    [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace sipward::ops
