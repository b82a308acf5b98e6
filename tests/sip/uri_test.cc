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
        BadUri{"cut_escape", "sip:a%4@c.example", UriError::kBadUser},
        BadUri{"empty_user", "sip:@c.example", UriError::kBadUser},
        BadUri{"no_host", "sip:a@", UriError::kBadHost},
        BadUri{"host_with_underscore", "sip:a@b_c.example", UriError::kBadHost},
        BadUri{"unclosed_ipv6", "sip:a@[2001:db8::1", UriError::kBadHost},
        BadUri{"nothing_behind_the_scheme", "sip:", UriError::kEmpty},
        BadUri{"del_inside", "sip:a\x7f@b.example", UriError::kBadCharacter},
        BadUri{"beyond_ascii", "sip:\xc3\xa9@b.example", UriError::kBadCharacter},
        BadUri{"space_before", " sip:a@b.example", UriError::kBadCharacter},
        BadUri{"hash_in_user", "sip:#31#@c.example", UriError::kBadUser},
        BadUri{"escaped_host", "sip:a@%62.example", UriError::kBadHost},
        BadUri{"ipv6_without_brackets", "sip:a@2001:db8::1", UriError::kBadHost},
        BadUri{"ipv6_zone", "sip:a@[fe80::1%25eth0]", UriError::kBadHost},
        BadUri{"two_at", "sip:a@b@c.example", UriError::kBadHost},
        BadUri{"port_zero", "sip:a@b.example:0", UriError::kBadPort},
        BadUri{"port_too_large", "sip:a@b.example:65536", UriError::kBadPort},
        BadUri{"port_of_six_digits", "sip:a@b.example:005060", UriError::kBadPort},
        BadUri{"port_not_a_number", "sip:a@b.example:x", UriError::kBadPort},
        BadUri{"empty_parameter", "sip:a@b.example;;lr", UriError::kBadParameter},
        BadUri{"parameter_twice", "sip:a@b.example;lr;LR", UriError::kBadParameter},
        BadUri{"parameter_without_value", "sip:a@b.example;x=", UriError::kBadParameter},
        BadUri{"parameter_twice_by_escapes", "sip:a@b.example;lr;%6C%72", UriError::kBadParameter},
        BadUri{"parameter_without_name", "sip:a@b.example;=x", UriError::kBadParameter},
        BadUri{"ttl_too_large", "sip:b.example;ttl=256", UriError::kBadParameter},
        BadUri{"maddr_is_no_host", "sip:b.example;maddr=a_b", UriError::kBadParameter},
        BadUri{"transport_without_value", "sip:b.example;transport", UriError::kBadParameter},
        BadUri{"transport_is_no_token", "sip:b.example;transport=a/b", UriError::kBadParameter},
        BadUri{"no_headers", "sip:b.example?", UriError::kBadHeaders},
        BadUri{"header_without_equals", "sip:b.example?a=b&c", UriError::kBadHeaders},
        BadUri{"header_without_name", "sip:b.example?=b", UriError::kBadHeaders},
        BadUri{"two_equals_in_a_header", "sip:b.example?a=b=c", UriError::kBadHeaders},
        BadUri{"empty_header", "sip:b.example?a=b&&c=d", UriError::kBadHeaders},
        BadUri{"brackets", "<sip:a@b.example>", UriError::kBadCharacter},
        BadUri{"tel_without_digit", "tel:+", UriError::kBadNumber},
        BadUri{"tel_letters", "tel:+1555x", UriError::kBadNumber},
        BadUri{"local_tel_without_context", "tel:7042", UriError::kBadNumber},
        BadUri{"tel_extension_is_no_number", "tel:+1555;ext=a", UriError::kBadParameter},
        BadUri{"tel_parameter_twice", "tel:+1555;ext=1;EXT=2", UriError::kBadParameter},
        BadUri{"tel_context_is_no_name", "tel:7042;phone-context=.", UriError::kBadParameter},
        BadUri{"urn_without_body", "urn:service", UriError::kBadName},
        BadUri{"urn_with_empty_body", "urn:service:", UriError::kBadName},
        BadUri{"urn_namespace_too_short", "urn:s:sos", UriError::kBadName},
        BadUri{"urn_with_query", "urn:service:sos?=x", UriError::kBadName}),
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

// RFC 4475 3.1.1.4: `%6C%72` is the parameter lr, and an escaped percent is not resolved twice.
TEST(Uri, EscapedParametersAreFoundByTheirName) {
  const Uri uri = read("sip:cal%6Cer@host5.example.net;%6C%72;n%61me=v%61lue%25%34%31");
  EXPECT_EQ(uri.user, "cal%6Cer");
  EXPECT_TRUE(uri.params.has("lr"));
  EXPECT_EQ(uri.params.value("name"), "value%2541");
  EXPECT_EQ(uri.text(), "sip:cal%6Cer@host5.example.net;lr;name=value%2541");
}

// RFC 4475 3.1.1.2, 3.1.1.13 and 3.1.2.13.
TEST(Uri, StrangeUsersAreUsers) {
  EXPECT_EQ(read("sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*@example.com").user,
            "1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*");
  EXPECT_EQ(read("sip:user;par=u%40example.net@example.com").user, "user;par=u%40example.net");
  EXPECT_EQ(read("sip:sips%3Auser%40example.com@example.net").host, "example.net");
}

TEST(Uri, OtherSchemesAreKeptAsText) {
  for (const char* text : {"nobodyKnowsThisScheme:totallyopaquecontent",
                           "soap.beep://192.0.2.103:3002", "name:John_Smith"}) {
    const Uri uri = read(text);
    EXPECT_EQ(uri.scheme, UriScheme::kOther);
    EXPECT_EQ(uri.opaque, text);
  }
}

TEST(Uri, ParametersAreBounded) {
  std::string text = "sip:a.example";
  for (std::size_t i = 0; i < kMostParams; ++i) text += ";p" + std::to_string(i);
  EXPECT_TRUE(parse_uri(text).ok());
  EXPECT_EQ(parse_uri(text + ";one-more").error(), UriError::kBadParameter);
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
        "sip:a;day=tuesday@b.example", "sip:[2001:db8::1]:5060", "sip:a:@b.example",
        "sip:b.example;maddr=[2001:db8::1];ttl=1", "sip:b.example?a=&b=c"}) {
    EXPECT_EQ(read(text).text(), text);
  }
}

}  // namespace
}  // namespace sipward::sip
