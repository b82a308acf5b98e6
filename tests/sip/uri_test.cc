// SPDX-License-Identifier: Apache-2.0
#include "sip/uri.h"

#include <gtest/gtest.h>

namespace sipward::sip {
namespace {

Uri read(std::string_view text) {
  auto uri = parse_uri(text);
  EXPECT_TRUE(uri.ok()) << text << ": " << (uri.ok() ? "" : describe(uri.error()));
  return uri.ok() ? *uri : Uri{};
}

struct UriPair {
  const char* name;
  const char* a;
  const char* b;
};
std::string pair_name(const testing::TestParamInfo<UriPair>& info) { return info.param.name; }

// RFC 3261 19.1.4, RFC 3966 5, RFC 5954: comparison is symmetric.
class Equivalent : public testing::TestWithParam<UriPair> {};
TEST_P(Equivalent, Holds) {
  EXPECT_TRUE(equivalent(read(GetParam().a), read(GetParam().b)));
  EXPECT_TRUE(equivalent(read(GetParam().b), read(GetParam().a)));
}
INSTANTIATE_TEST_SUITE_P(
    Uri, Equivalent,
    testing::Values(
        UriPair{"escapes_of_unreserved", "sip:%61lice@atlanta.com;transport=TCP",
                "sip:alice@AtLanTa.CoM;Transport=tcp"},
        UriPair{"parameters_in_one_only", "sip:carol@chicago.com",
                "sip:carol@chicago.com;newparam=5"},
        UriPair{"different_parameters", "sip:carol@chicago.com;security=on",
                "sip:carol@chicago.com;newparam=5"},
        UriPair{"parameter_order",
                "sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com",
                "sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com"},
        UriPair{"header_order", "sip:alice@atlanta.com?subject=project%20x&priority=urgent",
                "sip:alice@atlanta.com?priority=urgent&subject=project%20x"},
        UriPair{"ipv6_by_value", "sip:a@[2001:db8:0:0::1]", "sip:a@[2001:DB8::1]"},
        UriPair{"tel_separators", "tel:+1-201-555-0123", "tel:+1.201.(555)0123"},
        UriPair{"tel_parameter_order", "tel:7042;phone-context=example.com;x=1",
                "tel:7042;x=1;phone-context=EXAMPLE.com"},
        UriPair{"tel_extension_separators", "tel:+15551000;ext=12-3", "tel:+15551000;ext=123"},
        UriPair{"scheme_case", "SIP:alice@a.example", "sip:alice@a.example"},
        UriPair{"urn_namespace_case", "urn:SERVICE:sos", "urn:service:sos"}),
    pair_name);

class Different : public testing::TestWithParam<UriPair> {};
TEST_P(Different, Holds) {
  EXPECT_FALSE(equivalent(read(GetParam().a), read(GetParam().b)));
  EXPECT_FALSE(equivalent(read(GetParam().b), read(GetParam().a)));
}
INSTANTIATE_TEST_SUITE_P(
    Uri, Different,
    testing::Values(
        UriPair{"user_case", "SIP:ALICE@AtLanTa.CoM;Transport=udp",
                "sip:alice@AtLanTa.CoM;Transport=UDP"},
        UriPair{"absent_port_is_not_5060", "sip:bob@biloxi.com", "sip:bob@biloxi.com:5060"},
        UriPair{"transport_in_one_only", "sip:bob@biloxi.com", "sip:bob@biloxi.com;transport=udp"},
        UriPair{"transport_and_port", "sip:bob@biloxi.com",
                "sip:bob@biloxi.com:6000;transport=tcp"},
        UriPair{"headers_never_ignored", "sip:carol@chicago.com",
                "sip:carol@chicago.com?Subject=next%20meeting"},
        UriPair{"name_is_not_address", "sip:bob@phone21.boxesbybob.com", "sip:bob@192.0.2.4"},
        UriPair{"same_parameter_other_value", "sip:carol@chicago.com;security=on",
                "sip:carol@chicago.com;security=off"},
        UriPair{"sip_is_not_sips", "sip:a@b.example", "sips:a@b.example"},
        UriPair{"user_parameter_in_one_only", "sip:+1555@b.example",
                "sip:+1555@b.example;user=phone"},
        UriPair{"reserved_escape_is_not_its_character", "sip:a%3Bb@c.example", "sip:a;b@c.example"},
        UriPair{"password", "sip:a:x@b.example", "sip:a@b.example"},
        UriPair{"global_is_not_local", "tel:+15551000", "tel:15551000;phone-context=+1"},
        UriPair{"other_context", "tel:7042;phone-context=a.example",
                "tel:7042;phone-context=b.example"},
        UriPair{"isub_in_one_only", "tel:+15551000", "tel:+15551000;isub=1"},
        UriPair{"tel_is_not_sip", "tel:+15551000", "sip:+15551000@b.example"}),
    pair_name);

struct BadUri {
  const char* name;
  std::string text;
  UriError error;
};
class RefusedUri : public testing::TestWithParam<BadUri> {};
TEST_P(RefusedUri, HasAReason) {
  const auto uri = parse_uri(GetParam().text);
  ASSERT_FALSE(uri.ok());
  EXPECT_EQ(uri.error(), GetParam().error) << describe(uri.error());
}
INSTANTIATE_TEST_SUITE_P(
    Uri, RefusedUri,
    testing::Values(
        BadUri{"empty", "", UriError::kEmpty}, BadUri{"no_scheme", "alice", UriError::kBadScheme},
        BadUri{"space_inside", "sip:a @b.example", UriError::kBadCharacter},
        BadUri{"nul_inside", std::string("sip:a\0@b.example", 16), UriError::kBadCharacter},
        BadUri{"escaped_nul", "sip:a%00b@c.example", UriError::kBadUser},
        BadUri{"cut_escape", "sip:a%4@c.example", UriError::kBadUser},
        BadUri{"empty_user", "sip:@c.example", UriError::kBadUser},
        BadUri{"no_host", "sip:a@", UriError::kBadHost},
        BadUri{"host_with_underscore", "sip:a@b_c.example", UriError::kBadHost},
        BadUri{"unclosed_ipv6", "sip:a@[2001:db8::1", UriError::kBadHost},
        BadUri{"two_at", "sip:a@b@c.example", UriError::kBadHost},
        BadUri{"port_zero", "sip:a@b.example:0", UriError::kBadPort},
        BadUri{"port_too_large", "sip:a@b.example:65536", UriError::kBadPort},
        BadUri{"port_of_six_digits", "sip:a@b.example:005060", UriError::kBadPort},
        BadUri{"port_not_a_number", "sip:a@b.example:x", UriError::kBadPort},
        BadUri{"empty_parameter", "sip:a@b.example;;lr", UriError::kBadParameter},
        BadUri{"parameter_twice", "sip:a@b.example;lr;LR", UriError::kBadParameter},
        BadUri{"parameter_without_value", "sip:a@b.example;x=", UriError::kBadParameter},
        BadUri{"brackets", "<sip:a@b.example>", UriError::kBadCharacter},
        BadUri{"tel_without_digit", "tel:+", UriError::kBadNumber},
        BadUri{"tel_letters", "tel:+1555x", UriError::kBadNumber},
        BadUri{"local_tel_without_context", "tel:7042", UriError::kBadNumber},
        BadUri{"urn_without_body", "urn:service", UriError::kBadNumber}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(Uri, IsReadIntoItsParts) {
  const Uri uri = read("sips:alice:secret@[2001:db8::9]:5071;transport=tcp;lr?Subject=x");
  EXPECT_EQ(uri.scheme, UriScheme::kSips);
  EXPECT_EQ(uri.user, "alice");
  EXPECT_EQ(uri.password, "secret");
  EXPECT_EQ(uri.host, "[2001:db8::9]");
  EXPECT_EQ(uri.ip(), IpAddress::parse("2001:db8::9"));
  EXPECT_EQ(uri.port, 5071);
  EXPECT_EQ(uri.params.value("TRANSPORT"), "tcp");
  EXPECT_TRUE(uri.params.has("lr"));
  EXPECT_EQ(uri.headers, "Subject=x");
}

TEST(Uri, DefaultPortsFollowTheScheme) {
  EXPECT_EQ(read("sip:a.example").port_or_default(), 5060);
  EXPECT_EQ(read("sips:a.example").port_or_default(), 5061);
  EXPECT_EQ(read("sip:a.example:7").port_or_default(), 7);
}

TEST(Uri, IsWrittenAsItWasRead) {
  for (const char* text :
       {"sip:alice@home1.example", "sip:a:b@c.example:5060;lr;x=y?Subject=z", "sip:192.0.2.1",
        "sips:%61@b.example", "tel:+1-555;ext=7", "urn:service:sos.police", "mailto:a@b.example",
        "sip:a;day=tuesday@b.example", "sip:[2001:db8::1]:5060"}) {
    EXPECT_EQ(read(text).text(), text);
  }
}

}  // namespace
}  // namespace sipward::sip
