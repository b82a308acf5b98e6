// SPDX-License-Identifier: Apache-2.0
#include "sip/grammar.h"

#include <gtest/gtest.h>

#include "sip/keyed_hash.h"

namespace sipward::sip {
namespace {

TEST(Grammar, TokensAreRfc3261Tokens) {
  EXPECT_TRUE(is_token("!%*_+`'~-.aZ09"));
  for (const std::string text :
       {"", "a b", "a,b", "a/b", "a@b", "a\"b", "a=b", "\xc3\xa9", "a\t"}) {
    EXPECT_FALSE(is_token(text)) << text;
  }
}

TEST(Grammar, QuotedStringsEndWhereTheyEnd) {
  std::string_view text = "\"a \\\"b\\\\\" rest";
  EXPECT_EQ(take_quoted(text), "a \"b\\");
  EXPECT_EQ(text, " rest");
  for (const std::string bad : {"\"", "\"abc", "\"abc\\\"", "\"abc\\", "\"a\nb\"", "\"a\x7f\""}) {
    std::string_view view = bad;
    EXPECT_EQ(take_quoted(view), std::nullopt) << bad;
  }
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

TEST(Params, AreSetRemovedAndWritten) {
  Params params = *parse_params(";a=1;b");
  params.set("A", "2");
  params.set("c", "x y", true);
  EXPECT_TRUE(params.remove("B"));
  EXPECT_FALSE(params.remove("B"));
  std::string out;
  append_params(out, params);
  EXPECT_EQ(out, ";a=2;c=\"x y\"");
}

TEST(KeyedHash, TellsTextsApartAndIsStableInAProcess) {
  EXPECT_EQ(keyed_hash("abc"), keyed_hash("abc"));
  EXPECT_NE(keyed_hash("abc"), keyed_hash("abd"));
  EXPECT_NE(keyed_hash(""), keyed_hash(std::string_view("\0", 1)));
  EXPECT_NE(keyed_hash("12345678"), keyed_hash("123456789"));
}

}  // namespace
}  // namespace sipward::sip
