// SPDX-License-Identifier: Apache-2.0
#include "sip/via.h"

#include <gtest/gtest.h>

namespace sipward::sip {
namespace {

struct Row {
  const char* name;
  const char* text;
  const char* canonical;
};
class GoodVia : public testing::TestWithParam<Row> {};
TEST_P(GoodVia, IsReadAndWrittenCanonically) {
  const auto via = parse_via(GetParam().text);
  ASSERT_TRUE(via.ok()) << describe(via.error());
  EXPECT_EQ(via->text(), GetParam().canonical);
}
INSTANTIATE_TEST_SUITE_P(
    Via, GoodVia,
    testing::Values(
        Row{"plain", "SIP/2.0/UDP a.example;branch=z9hG4bKx",
            "SIP/2.0/UDP a.example;branch=z9hG4bKx"},
        Row{"white_space_around_slashes", "SIP  / 2.0\t/ udp  192.0.2.2 ;branch=390skdjuw",
            "SIP/2.0/UDP 192.0.2.2;branch=390skdjuw"},
        Row{"white_space_around_the_colon", "SIP/2.0/TCP a.example : 5061 ; branch = z9hG4bKx",
            "SIP/2.0/TCP a.example:5061;branch=z9hG4bKx"},
        Row{"ipv6", "SIP/2.0/UDP [2001:db8::9:1]:5060;received=[2001:db8::9:255]",
            "SIP/2.0/UDP [2001:db8::9:1]:5060;received=[2001:db8::9:255]"},
        Row{"received_without_brackets", "SIP/2.0/UDP a.example;received=2001:db8::1",
            "SIP/2.0/UDP a.example;received=2001:db8::1"},
        Row{"ttl_and_maddr", "SIP/2.0/UDP a.example;ttl=255;maddr=224.2.0.1",
            "SIP/2.0/UDP a.example;ttl=255;maddr=224.2.0.1"},
        Row{"protocol_in_lower_case", "sip/2.0/tcp a.example", "SIP/2.0/TCP a.example"},
        Row{"unknown_parameter_quoted", "SIP/2.0/UDP a.example;x=\"y z\"",
            "SIP/2.0/UDP a.example;x=\"y z\""},
        Row{"unknown_transport", "SIP/2.0/TLS-SCTP a.example", "SIP/2.0/TLS-SCTP a.example"},
        Row{"rport_asked_for", "SIP/2.0/UDP a.example;rport;keep",
            "SIP/2.0/UDP a.example;rport;keep"}),
    [](const auto& row) { return std::string(row.param.name); });

struct Bad {
  const char* name;
  const char* text;
  ViaError error;
};
class BadVia : public testing::TestWithParam<Bad> {};
TEST_P(BadVia, IsRefused) {
  const auto via = parse_via(GetParam().text);
  ASSERT_FALSE(via.ok());
  EXPECT_EQ(via.error(), GetParam().error) << describe(via.error());
}
INSTANTIATE_TEST_SUITE_P(
    Via, BadVia,
    testing::Values(
        Bad{"other_protocol_name", "xxSIP/2.0/UDP a.example", ViaError::kBadProtocol},
        Bad{"other_version", "SIP/7.0/UDP a.example", ViaError::kBadProtocol},
        Bad{"no_transport", "SIP/2.0 a.example", ViaError::kBadProtocol},
        Bad{"no_host", "SIP/2.0/UDP ;branch=x", ViaError::kBadHost},
        Bad{"bad_host", "SIP/2.0/UDP a_b", ViaError::kBadHost},
        Bad{"port_zero", "SIP/2.0/UDP a.example:0", ViaError::kBadPort},
        Bad{"port_of_thirty_digits", "SIP/2.0/UDP a.example:505060606060606060606060606060",
            ViaError::kBadPort},
        Bad{"received_is_a_name", "SIP/2.0/UDP a.example;received=b.example", ViaError::kBadParams},
        Bad{"branch_without_value", "SIP/2.0/UDP a.example;branch", ViaError::kBadParams},
        Bad{"ttl_too_large", "SIP/2.0/UDP a.example;ttl=256", ViaError::kBadParams},
        Bad{"branch_twice", "SIP/2.0/UDP a.example;branch=a;branch=b", ViaError::kBadParams},
        Bad{"quoted_ttl", "SIP/2.0/UDP a.example;ttl=\"\"", ViaError::kBadParams},
        Bad{"quoted_branch", "SIP/2.0/UDP a.example;branch=\"z9hG4bKx\"", ViaError::kBadParams},
        Bad{"maddr_is_no_host", "SIP/2.0/UDP a.example;maddr=a_b", ViaError::kBadParams},
        Bad{"received_is_ipv4_in_brackets", "SIP/2.0/UDP a.example;received=[192.0.2.1]",
            ViaError::kBadParams},
        Bad{"no_white_space_before_sent_by", "SIP/2.0/UDPa.example", ViaError::kBadProtocol},
        Bad{"unclosed_ipv6", "SIP/2.0/UDP [2001:db8::1", ViaError::kBadHost},
        Bad{"two_values", "SIP/2.0/UDP a.example, SIP/2.0/UDP b.example", ViaError::kBadHost},
        Bad{"text_behind", "SIP/2.0/UDP a.example;branch=x y", ViaError::kBadParams},
        Bad{"empty", "", ViaError::kBadProtocol},
        Bad{"rport_not_a_port", "SIP/2.0/UDP a.example;rport=70000", ViaError::kBadParams}),
    [](const auto& row) { return std::string(row.param.name); });

// RFC 3581 4 and TS 24.229 F.4.2.
TEST(Via, SourceIsAlwaysNotedAndThePortWhenAskedFor) {
  const Endpoint source = *Endpoint::parse("203.0.113.7:40001");
  Via asking = *parse_via("SIP/2.0/UDP 10.0.0.5:5060;branch=z9hG4bKr1;rport");
  note_source(asking, source);
  EXPECT_EQ(asking.params.value("received"), "203.0.113.7");
  EXPECT_EQ(asking.params.value("rport"), "40001");
  EXPECT_EQ(response_target(asking), source);

  Via silent = *parse_via("SIP/2.0/UDP 10.0.0.5:5070;branch=z9hG4bKr1");
  note_source(silent, source);
  EXPECT_FALSE(silent.params.has("rport"));
  EXPECT_EQ(response_target(silent), Endpoint::parse("203.0.113.7:5070"));

  Via forged = *parse_via("SIP/2.0/UDP 10.0.0.5;received=192.0.2.99;rport=9");
  note_source(forged, source);
  EXPECT_EQ(response_target(forged), source) << "what the sender wrote is overwritten";
}

// RFC 3261 18.2.2 would send to maddr: a stranger could have us answer whom he likes.
TEST(Via, ResponseTargetIsNeverMaddr) {
  EXPECT_EQ(response_target(*parse_via("SIP/2.0/UDP 192.0.2.1;maddr=192.0.2.99")),
            Endpoint::parse("192.0.2.1:5060"));
}

TEST(Via, SentByIsComparedInLowerCaseAndKeepsAnAbsentPort) {
  EXPECT_EQ(parse_via("SIP/2.0/UDP A.Example:5060")->sent_by(), "a.example:5060");
  EXPECT_EQ(parse_via("SIP/2.0/UDP A.Example")->sent_by(), "a.example");
}

TEST(Via, ResponseTargetOfANameIsNotKnown) {
  EXPECT_EQ(response_target(*parse_via("SIP/2.0/UDP a.example")), std::nullopt);
  EXPECT_EQ(response_target(*parse_via("SIP/2.0/UDP [2001:db8::1]")),
            Endpoint::parse("[2001:db8::1]:5060"));
}

TEST(Via, MagicCookieNeedsSomethingBehindIt) {
  EXPECT_TRUE(parse_via("SIP/2.0/UDP a.example;branch=z9hG4bKx")->has_rfc3261_branch());
  EXPECT_FALSE(parse_via("SIP/2.0/UDP a.example;branch=z9hG4bK")->has_rfc3261_branch());
  EXPECT_FALSE(parse_via("SIP/2.0/UDP a.example;branch=1")->has_rfc3261_branch());
  EXPECT_FALSE(parse_via("SIP/2.0/UDP a.example")->has_rfc3261_branch());
}

}  // namespace
}  // namespace sipward::sip
