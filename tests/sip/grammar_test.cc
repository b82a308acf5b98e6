// SPDX-License-Identifier: Apache-2.0
#include "sip/grammar.h"

#include <gtest/gtest.h>

namespace sipward::sip {
namespace {

TEST(Grammar, TokensAreRfc3261Tokens) {
  EXPECT_TRUE(is_token("!%*_+`'~-.aZ09"));
  for (const std::string text :
       {"", "a b", "a,b", "a/b", "a@b", "a\"b", "a=b", "\xc3\xa9", "a\t"}) {
    EXPECT_FALSE(is_token(text)) << text;
  }
}

std::optional<std::string> unquoted(std::string_view text) { return take_quoted(text); }

TEST(Grammar, QuotedStringsEndWhereTheyEnd) {
  std::string_view text = "\"a \\\"b\\\\\" rest";
  EXPECT_EQ(take_quoted(text), "a \"b\\");
  EXPECT_EQ(text, " rest");
  EXPECT_EQ(unquoted("\"\""), "");
  for (const char* bad : {"\"", "\"abc", "\"abc\\\"", "\"abc\\", "\"\xc3\""}) {
    EXPECT_EQ(unquoted(bad), std::nullopt) << bad;
  }
}

// RFC 3261 25.1: qdtext holds no control octets; quoted-pair holds all of ASCII but line ends.
TEST(Grammar, QuotedControlOctetsAreEscapedOrRefused) {
  EXPECT_EQ(unquoted("\"a\tb\""), "a\tb");
  for (const char c : {'\0', '\x01', '\x07', '\x1b', '\x7f'}) {
    const std::string octet(1, c);
    EXPECT_EQ(unquoted("\"" + octet + "\""), std::nullopt) << int{c};
    EXPECT_EQ(unquoted("\"\\" + octet + "\""), octet) << int{c};
    std::string written;
    append_quoted(written, octet);
    EXPECT_EQ(unquoted(written), octet) << int{c};
  }
  for (const std::string bad : {"\"\r\"", "\"\n\"", "\"\\\r\"", "\"\\\n\"", "\"\\\xc3\xa9\""}) {
    EXPECT_EQ(unquoted(bad), std::nullopt);
  }
}

// RFC 3629 4.
TEST(Grammar, QuotedTextBeyondAsciiIsUtf8) {
  for (const std::string good :
       {"\xc3\xa9", "\xe2\x82\xac", "\xed\x9f\xbf", "\xf0\x9f\x98\x80", "\xf4\x8f\xbf\xbf"}) {
    EXPECT_EQ(unquoted("\"" + good + "\""), good);
  }
  for (const std::string bad :
       {"\x80", "\xff", "\xc3", "\xc3(", "\xc0\xaf", "\xe0\x80\xaf", "\xed\xa0\x80", "\xe2\x82",
        "\xf0\x80\x80\xaf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xf0\x9f\x98"}) {
    EXPECT_EQ(unquoted("\"" + bad + "\""), std::nullopt);
  }
}

TEST(Grammar, QuotesAreWrittenEscaped) {
  std::string out;
  append_quoted(out, "a\"b\\c");
  EXPECT_EQ(out, "\"a\\\"b\\\\c\"");
}

TEST(Grammar, HostsAreNamesOrAddresses) {
  for (const char* good : {"a", "home1.example", "home1.example.", "xn--a.b-c.d", "192.0.2.1",
                           "[2001:db8::1]", "0.com"}) {
    EXPECT_TRUE(is_host(good)) << good;
  }
  for (const char* bad : {"", ".", "a..b", "-a.b", "a-.b", "a_b", "1.2.3", "192.0.2.256",
                          "2001:db8::1", "[192.0.2.1]", "[::1", "::1]", "[]", "a b", "1.2.3.4.5"}) {
    EXPECT_FALSE(is_host(bad)) << bad;
  }
}

TEST(Grammar, HostIsAnAddressOrNot) {
  EXPECT_EQ(host_address("[2001:db8::1]"), IpAddress::parse("2001:db8::1"));
  EXPECT_EQ(host_address("2001:db8::1"), IpAddress::parse("2001:db8::1"));
  EXPECT_EQ(host_address("192.0.2.1"), IpAddress::parse("192.0.2.1"));
  for (const char* other : {"", "a.example", "[192.0.2.1]", "[2001:db8::1", "[", "[]"}) {
    EXPECT_EQ(host_address(other), std::nullopt) << other;
  }
}

TEST(Grammar, HostAndPort) {
  EXPECT_EQ(parse_host_port("a.example", false)->port, std::nullopt);
  EXPECT_EQ(parse_host_port("a.example:1", false)->port, 1);
  EXPECT_EQ(parse_host_port("[2001:db8::1]:65535", false)->port, 65535);
  EXPECT_EQ(parse_host_port("[2001:db8::1]", false)->host, "[2001:db8::1]");
  EXPECT_EQ(parse_host_port("a.example \t: 5060", true)->host, "a.example");
  EXPECT_EQ(parse_host_port("a.example : 5060", true)->port, 5060);
  for (const char* bad : {"", ":5060", "a_b:5060", "2001:db8::1", "[2001:db8::1", "a.example :1"}) {
    EXPECT_EQ(parse_host_port(bad, false).error(), HostPortError::kBadHost) << bad;
  }
  for (const char* bad : {"a:", "a:0", "a:65536", "a:005060", "a:5060 ", "a:x", "a:-1", "a:1:2"}) {
    EXPECT_EQ(parse_host_port(bad, false).error(), HostPortError::kBadPort) << bad;
  }
}

TEST(Grammar, TimeToLiveIsAnOctet) {
  for (const char* good : {"0", "1", "99", "199", "255", "007"}) EXPECT_TRUE(is_ttl(good)) << good;
  for (const char* bad : {"", "256", "300", "0001", "1a", "-1"}) EXPECT_FALSE(is_ttl(bad)) << bad;
}

TEST(Grammar, CommaListsKnowQuotesAndBrackets) {
  const auto list = split_comma_list(" a , \"b,c\" , <sip:d,e@f>;x=\"<\",");
  ASSERT_TRUE(list);
  ASSERT_EQ(list->size(), 4U);
  EXPECT_EQ((*list)[0], "a");
  EXPECT_EQ((*list)[1], "\"b,c\"");
  EXPECT_EQ((*list)[2], "<sip:d,e@f>;x=\"<\"");
  EXPECT_EQ((*list)[3], "");
  EXPECT_FALSE(split_comma_list("\"a"));
  EXPECT_FALSE(split_comma_list("<sip:a"));
}

TEST(Grammar, ParametersAreUnique) {
  const auto params = parse_params(" ; a ; b = c;d=\"e;f\" ;h=[2001:db8::1]");
  ASSERT_TRUE(params);
  EXPECT_EQ(params->size(), 4U);
  EXPECT_EQ(params->value("B"), "c");
  EXPECT_EQ(params->value("d"), "e;f");
  EXPECT_EQ(params->value("a"), std::nullopt);
  EXPECT_TRUE(params->has("a"));
  EXPECT_TRUE(parse_params("")->empty());
  for (const char* bad :
       {"a", ";", ";a=", ";a=b c", ";=b", ";a;A", ";a=\"b", ";a=b\"c\"", "; ;a"}) {
    EXPECT_FALSE(parse_params(bad)) << bad;
  }
}

TEST(Grammar, ParametersAreBounded) {
  std::string text;
  for (std::size_t i = 0; i < kMostParams; ++i) text += ";p" + std::to_string(i);
  EXPECT_EQ(parse_params(text)->size(), kMostParams);
  EXPECT_FALSE(parse_params(text + ";one-more"));
}

}  // namespace
}  // namespace sipward::sip
