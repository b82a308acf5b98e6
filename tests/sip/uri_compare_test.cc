// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "sip/uri.h"

namespace sipward::sip {
namespace {

struct UriPair {
  const char* name;
  const char* a;
  const char* b;
};
std::string pair_name(const testing::TestParamInfo<UriPair>& info) { return info.param.name; }

/// Both ways round: equivalence is symmetric.
void expect_equivalent(const UriPair& pair, bool expected) {
  const auto a = parse_uri(pair.a);
  const auto b = parse_uri(pair.b);
  ASSERT_TRUE(a.ok()) << pair.a << ": " << describe(a.error());
  ASSERT_TRUE(b.ok()) << pair.b << ": " << describe(b.error());
  EXPECT_EQ(equivalent(*a, *b), expected);
  EXPECT_EQ(equivalent(*b, *a), expected);
  EXPECT_TRUE(equivalent(*a, *a));
}

class Equivalent : public testing::TestWithParam<UriPair> {};
TEST_P(Equivalent, Holds) { expect_equivalent(GetParam(), true); }

class Different : public testing::TestWithParam<UriPair> {};
TEST_P(Different, Holds) { expect_equivalent(GetParam(), false); }

// The examples of RFC 3261 19.1.4, in their order.
INSTANTIATE_TEST_SUITE_P(
    Rfc3261, Equivalent,
    testing::Values(UriPair{"escapes_of_unreserved", "sip:%61lice@atlanta.com;transport=TCP",
                            "sip:alice@AtLanTa.CoM;Transport=tcp"},
                    UriPair{"parameter_in_one_only", "sip:carol@chicago.com",
                            "sip:carol@chicago.com;newparam=5"},
                    UriPair{"other_parameter_in_one_only", "sip:carol@chicago.com",
                            "sip:carol@chicago.com;security=on"},
                    UriPair{"different_parameters", "sip:carol@chicago.com;newparam=5",
                            "sip:carol@chicago.com;security=on"},
                    UriPair{"parameter_order",
                            "sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com",
                            "sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com"},
                    UriPair{"header_order",
                            "sip:alice@atlanta.com?subject=project%20x&priority=urgent",
                            "sip:alice@atlanta.com?priority=urgent&subject=project%20x"}),
    pair_name);

INSTANTIATE_TEST_SUITE_P(
    Rfc3261, Different,
    testing::Values(
        UriPair{"user_case", "SIP:ALICE@AtLanTa.CoM;Transport=udp",
                "sip:alice@AtLanTa.CoM;Transport=UDP"},
        UriPair{"absent_port_is_not_5060", "sip:bob@biloxi.com", "sip:bob@biloxi.com:5060"},
        UriPair{"transport_in_one_only", "sip:bob@biloxi.com", "sip:bob@biloxi.com;transport=udp"},
        UriPair{"port_and_transport", "sip:bob@biloxi.com",
                "sip:bob@biloxi.com:6000;transport=tcp"},
        UriPair{"headers_never_ignored", "sip:carol@chicago.com",
                "sip:carol@chicago.com?Subject=next%20meeting"},
        UriPair{"name_is_not_its_address", "sip:bob@phone21.boxesbybob.com", "sip:bob@192.0.2.4"},
        UriPair{"not_transitive", "sip:carol@chicago.com;security=on",
                "sip:carol@chicago.com;security=off"}),
    pair_name);

// The rules of RFC 3261 19.1.4 that it gives no example for, and RFC 5954 4.
INSTANTIATE_TEST_SUITE_P(
    Rules, Equivalent,
    testing::Values(UriPair{"scheme_case", "SIP:alice@a.example", "sip:alice@a.example"},
                    UriPair{"parameter_name_escaped", "sip:a.example;%74ransport=tcp",
                            "sip:a.example;transport=tcp"},
                    UriPair{"escape_in_other_case", "sip:a%3bb@c.example", "sip:a%3Bb@c.example"},
                    UriPair{"header_name_case", "sip:a.example?Subject=x",
                            "sip:a.example?subject=x"},
                    UriPair{"ipv6_by_value", "sip:a@[2001:db8:0:0::1]", "sip:a@[2001:DB8::1]"}),
    pair_name);

INSTANTIATE_TEST_SUITE_P(
    Rules, Different,
    testing::Values(
        UriPair{"sip_is_not_sips", "sip:a@b.example", "sips:a@b.example"},
        UriPair{"user_parameter_in_one_only", "sip:+1@b.example", "sip:+1@b.example;user=phone"},
        UriPair{"ttl_in_one_only", "sip:b.example", "sip:b.example;ttl=1"},
        UriPair{"method_in_one_only", "sip:b.example", "sip:b.example;method=INVITE"},
        UriPair{"maddr_in_one_only", "sip:b.example", "sip:b.example;maddr=192.0.2.1"},
        UriPair{"method_case", "sip:b.example;method=INVITE", "sip:b.example;method=invite"},
        UriPair{"parameter_without_value", "sip:b.example;x", "sip:b.example;x=1"},
        UriPair{"reserved_escape_is_not_its_character", "sip:a%3Bb@c.example", "sip:a;b@c.example"},
        UriPair{"password_in_one_only", "sip:a:x@b.example", "sip:a@b.example"},
        UriPair{"password_case", "sip:a:x@b.example", "sip:a:X@b.example"},
        UriPair{"user_in_one_only", "sip:b.example", "sip:a@b.example"},
        UriPair{"header_value_case", "sip:b.example?Subject=x", "sip:b.example?Subject=X"},
        UriPair{"header_twice", "sip:b.example?a=x", "sip:b.example?a=x&a=x"},
        UriPair{"ipv6_of_other_value", "sip:[2001:db8::1]", "sip:[2001:db8::2]"},
        UriPair{"address_is_no_name", "sip:192.0.2.1", "sip:a.example"}),
    pair_name);

// RFC 3966 4.
INSTANTIATE_TEST_SUITE_P(
    Tel, Equivalent,
    testing::Values(UriPair{"visual_separators", "tel:+1-201-555-0123", "tel:+1.201.(555)0123"},
                    UriPair{"hex_digit_case", "tel:12aB;phone-context=a.example",
                            "tel:12Ab;phone-context=a.example"},
                    UriPair{"parameter_order", "tel:7042;phone-context=example.com;x=1",
                            "tel:7042;x=1;phone-context=example.com"},
                    UriPair{"context_name_case", "tel:7042;phone-context=example.com",
                            "tel:7042;Phone-Context=EXAMPLE.com"},
                    UriPair{"context_number_separators", "tel:7042;phone-context=+1-914",
                            "tel:7042;phone-context=+1914"},
                    UriPair{"extension_separators", "tel:+15551000;ext=12-3",
                            "tel:+15551000;ext=123"},
                    UriPair{"isub_case", "tel:+15551000;isub=A", "tel:+15551000;isub=a"}),
    pair_name);

INSTANTIATE_TEST_SUITE_P(
    Tel, Different,
    testing::Values(
        UriPair{"global_is_not_local", "tel:+15551000", "tel:15551000;phone-context=+1"},
        UriPair{"other_number", "tel:+15551000", "tel:+15551001"},
        UriPair{"other_context", "tel:7042;phone-context=a.example",
                "tel:7042;phone-context=b.example"},
        UriPair{"hyphen_of_a_name_is_no_separator", "tel:7042;phone-context=a-b.example",
                "tel:7042;phone-context=ab.example"},
        UriPair{"isub_in_one_only", "tel:+15551000", "tel:+15551000;isub=1"},
        UriPair{"other_extension", "tel:+15551000;ext=1", "tel:+15551000;ext=2"},
        UriPair{"any_parameter_in_one_only", "tel:+15551000", "tel:+15551000;x"},
        UriPair{"other_parameter_instead", "tel:+15551000;x=1", "tel:+15551000;y=1"},
        UriPair{"parameter_without_value", "tel:+15551000;x", "tel:+15551000;x=1"},
        UriPair{"tel_is_not_sip", "tel:+15551000", "sip:+15551000@b.example"}),
    pair_name);

// RFC 8141 3, RFC 5031 3.
INSTANTIATE_TEST_SUITE_P(Urn, Equivalent,
                         testing::Values(UriPair{"namespace_case", "URN:Example:a",
                                                 "urn:example:a"},
                                         UriPair{"service_in_any_case", "urn:Service:SOS.Police",
                                                 "urn:service:sos.police"}),
                         pair_name);

INSTANTIATE_TEST_SUITE_P(
    Urn, Different,
    testing::Values(UriPair{"other_namespace_keeps_its_case", "urn:example:A", "urn:example:a"},
                    UriPair{"other_service", "urn:service:sos", "urn:service:sos.fire"},
                    UriPair{"other_scheme", "mailto:a@b.example", "mailto:a@c.example"}),
    pair_name);

}  // namespace
}  // namespace sipward::sip
