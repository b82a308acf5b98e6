// SPDX-License-Identifier: Apache-2.0
#include "sip/auth.h"

#include <gtest/gtest.h>

namespace sipward::sip {
namespace {

TEST(Credentials, AreReadIntoTheirParts) {
  const auto read = parse_credentials(
      "Digest username=\"alice_priv@home1.example\" ,realm = \"home1.example\", nonce=\"n\","
      " uri=\"sip:home1.example\", response=\"652ebd4dc230ab239824fd45d4d9bd33\", algorithm=MD5,"
      " cnonce=\"c0\\\"a8\", qop=auth, nc=00000001, opaque=\"o\", x-more=1");
  ASSERT_TRUE(read.ok()) << describe(read.error());
  EXPECT_EQ(read->username, "alice_priv@home1.example");
  EXPECT_EQ(read->realm, "home1.example");
  EXPECT_EQ(read->uri, "sip:home1.example");
  EXPECT_EQ(read->algorithm, "MD5");
  EXPECT_EQ(read->cnonce, "c0\"a8");
  EXPECT_EQ(read->qop, "auth");
  EXPECT_EQ(read->nc, "00000001");
  EXPECT_EQ(read->opaque, "o");
  EXPECT_EQ(read->params.value("X-MORE"), "1");
  EXPECT_TRUE(read->has_answer());
}

// RFC 3261 22 and TS 24.229 5.1.1: the first REGISTER of an IMS UE answers nothing yet.
TEST(Credentials, OfAFirstRegisterHaveNoAnswer) {
  const auto read = parse_credentials(
      "Digest username=\"a\", realm=\"r\", nonce=\"\", uri=\"sip:r\", response=\"\"");
  ASSERT_TRUE(read.ok());
  EXPECT_FALSE(read->has_answer());
}

struct Written {
  const char* name;
  const char* read;
  const char* written;
};
class WrittenCredentials : public testing::TestWithParam<Written> {};
TEST_P(WrittenCredentials, AreCanonical) {
  const auto read = parse_credentials(GetParam().read);
  ASSERT_TRUE(read.ok()) << describe(read.error());
  EXPECT_EQ(write_credentials(*read), GetParam().written);
  EXPECT_EQ(write_credentials(*parse_credentials(GetParam().written)), GetParam().written);
}
INSTANTIATE_TEST_SUITE_P(
    Auth, WrittenCredentials,
    testing::Values(
        Written{"order_is_kept", "digest nc=00000001, username=\"a\", realm=\"r\"",
                "Digest nc=00000001, username=\"a\", realm=\"r\""},
        Written{"quotes_where_the_grammar_has_them",
                "Digest username=a,realm=r,nonce=n,uri=u,response=0a,cnonce=c,opaque=o",
                "Digest username=\"a\", realm=\"r\", nonce=\"n\", uri=\"u\", response=\"0a\", "
                "cnonce=\"c\", opaque=\"o\""},
        Written{"none_where_it_has_none", "Digest algorithm=\"MD5\",qop=\"auth\",nc=\"0000000a\"",
                "Digest algorithm=MD5, qop=auth, nc=0000000a"},
        // TS 24.229 7.2A.2.
        Written{"integrity_protected_is_quoted", "Digest Integrity-Protected=tls-yes",
                "Digest Integrity-Protected=\"tls-yes\""},
        Written{"unknown_stays_as_it_was", "Digest foo=bar, x=\"y\", z=\"\\\"\"",
                "Digest foo=bar, x=\"y\", z=\"\\\"\""},
        Written{"empty_values_of_a_first_register", "Digest nonce=\"\", response=\"\"",
                "Digest nonce=\"\", response=\"\""}),
    [](const auto& row) { return std::string(row.param.name); });

struct Bad {
  const char* name;
  std::string value;
  AuthError error;
};
class BadCredentials : public testing::TestWithParam<Bad> {};
TEST_P(BadCredentials, AreRefused) {
  const auto read = parse_credentials(GetParam().value);
  ASSERT_FALSE(read.ok());
  EXPECT_EQ(read.error(), GetParam().error) << describe(read.error());
}
INSTANTIATE_TEST_SUITE_P(
    Auth, BadCredentials,
    testing::Values(
        Bad{"other_scheme", "NoOneKnowsThisScheme opaque-data=here", AuthError::kNotDigest},
        Bad{"scheme_alone", "Digest", AuthError::kBadSyntax},
        Bad{"duplicate", "Digest username=\"a\", username=\"b\"", AuthError::kDuplicate},
        Bad{"duplicate_in_other_case", "Digest nonce=\"a\", NONCE=\"b\"", AuthError::kDuplicate},
        Bad{"unterminated_quote", "Digest username=\"a", AuthError::kBadSyntax},
        Bad{"no_equals", "Digest username", AuthError::kBadSyntax},
        Bad{"empty_element", "Digest username=\"a\",,realm=\"b\"", AuthError::kBadSyntax},
        Bad{"text_behind_a_quote", "Digest username=\"a\"b", AuthError::kBadSyntax},
        Bad{"response_is_not_hex", "Digest response=\"xyz\"", AuthError::kBadSyntax},
        Bad{"nc_too_short", "Digest nc=1", AuthError::kBadSyntax},
        Bad{"qop_is_no_token", "Digest qop=\"auth,auth-int\"", AuthError::kBadSyntax},
        Bad{"qop_is_empty", "Digest qop=\"\"", AuthError::kBadSyntax},
        Bad{"nul_in_username", std::string("Digest username=\"a\\\0b\"", 21),
            AuthError::kBadSyntax},
        Bad{"escaped_control_octet", "Digest username=\"a\\\x01\"", AuthError::kBadSyntax},
        Bad{"no_utf8", "Digest username=\"\xff\"", AuthError::kBadSyntax},
        Bad{"no_value", "Digest username=", AuthError::kBadSyntax},
        Bad{"two_challenges_in_one", "Digest realm=\"a\", Digest realm=\"b\"",
            AuthError::kBadSyntax},
        Bad{"empty", "", AuthError::kNotDigest},
        Bad{"nc_not_hex", "Digest nc=0000000g", AuthError::kBadSyntax}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(Credentials, AreBounded) {
  std::string value = "Digest a0=b";
  for (std::size_t i = 1; i < kMostParams; ++i) value += ",a" + std::to_string(i) + "=b";
  EXPECT_TRUE(parse_credentials(value).ok());
  EXPECT_EQ(parse_credentials(value + ",one-more=b").error(), AuthError::kBadSyntax);
}

TEST(Challenge, IsWrittenAndReadAgain) {
  const Challenge challenge{
      .realm = "home1.example", .nonce = "Tm9uY2U", .algorithm = "SHA-256", .stale = true};
  const std::string text = write_challenge(challenge);
  EXPECT_EQ(text,
            "Digest realm=\"home1.example\", nonce=\"Tm9uY2U\", stale=true, algorithm=SHA-256, "
            "qop=\"auth\"");
  const auto read = parse_challenge(text);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->realm, challenge.realm);
  EXPECT_EQ(read->nonce, challenge.nonce);
  EXPECT_EQ(read->algorithm, challenge.algorithm);
  EXPECT_EQ(read->qop, "auth");
  EXPECT_TRUE(read->stale);
}

TEST(Challenge, NeedsRealmAndNonce) {
  EXPECT_EQ(parse_challenge("Digest realm=\"r\"").error(), AuthError::kMissing);
  EXPECT_EQ(parse_challenge("Basic realm=\"r\"").error(), AuthError::kNotDigest);
}

TEST(Credentials, ShapeIsCheckedForAnyScheme) {
  EXPECT_TRUE(is_credentials_shaped("NoOneKnowsThisScheme opaque-data=here"));
  EXPECT_FALSE(is_credentials_shaped("Digest"));
  EXPECT_FALSE(is_credentials_shaped("Dig\"est x"));
  EXPECT_FALSE(is_credentials_shaped("Digest a\x01"));
}

}  // namespace
}  // namespace sipward::sip
