// SPDX-License-Identifier: Apache-2.0
#include "agent/ops/control.h"

#include <gtest/gtest.h>

#include <string>

namespace sipward::ops {
namespace {

struct Source {
  const char* name;
  const char* text;
  const char* expected;  ///< nullptr: refused
};
class ParseSource : public testing::TestWithParam<Source> {};

TEST_P(ParseSource, ReadsWhatAnOperatorTypes) {
  const auto source = parse_source(GetParam().text);
  ASSERT_EQ(source.has_value(), GetParam().expected != nullptr);
  EXPECT_EQ(source ? source->text() : "",
            GetParam().expected == nullptr ? "" : GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, ParseSource,
    testing::Values(Source{"Address", "203.0.113.7", "203.0.113.7:0"},
                    Source{"AddressAndPort", "203.0.113.7:5060", "203.0.113.7:5060"},
                    Source{"IPv6", "2001:db8::1", "[2001:db8::1]:0"},
                    Source{"IPv6AndPort", "[2001:db8::1]:5060", "[2001:db8::1]:5060"},
                    Source{"Name", "ue.example", nullptr}, Source{"Empty", "", nullptr},
                    Source{"PortTooLarge", "203.0.113.7:65536", nullptr}),
    [](const auto& row) { return row.param.name; });

class ParseBindingKey : public testing::TestWithParam<Source> {};

TEST_P(ParseBindingKey, ReadsWhatTheTableShows) {
  const auto key = parse_binding_key(GetParam().text);
  ASSERT_EQ(key.has_value(), GetParam().expected != nullptr);
  EXPECT_EQ(key ? key->text() : "", GetParam().expected == nullptr ? "" : GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, ParseBindingKey,
    testing::Values(Source{"Port", "udp 203.0.113.7:5060", "udp 203.0.113.7:5060"},
                    Source{"Wildcard", "any 203.0.113.7", "any 203.0.113.7"},
                    Source{"IPv6", "udp [2001:db8::1]:5060", "udp [2001:db8::1]:5060"},
                    Source{"IPv6Wildcard", "any 2001:db8::1", "any 2001:db8::1"},
                    Source{"NoKind", "203.0.113.7:5060", nullptr},
                    Source{"PortZero", "udp 203.0.113.7:0", nullptr},
                    Source{"WildcardWithPort", "any 203.0.113.7:5060", nullptr},
                    Source{"UnknownTransport", "carrier-pigeon 203.0.113.7:5060", nullptr},
                    Source{"Empty", "", nullptr}),
    [](const auto& row) { return row.param.name; });

TEST(WriteLine, IsOneLineOfAscii) {
  const std::string line = write_line({{"detail", "a\nb\xff\xc3\xa6"}});
  EXPECT_EQ(line, R"({"detail":"a\nb\ufffd\u00e6"})");
}

TEST(Call, SaysThatTheDaemonDoesNotRun) {
  const auto answer = call("/nonexistent/control.sock", "status", {});
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error(),
            "sipwardd does not run: nobody listens at /nonexistent/control.sock; start it with "
            "systemctl start sipwardd, or name its socket with --socket");
}

}  // namespace
}  // namespace sipward::ops
