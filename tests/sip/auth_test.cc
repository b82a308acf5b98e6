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

TEST(Credentials, AreWrittenInOrderWithCanonicalQuotes) {
  const auto read = parse_credentials(
      "digest qop=\"auth\", username=\"a\", nc=00000001, integrity-protected=tls-yes, foo=bar");
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(write_credentials(*read),
            "Digest qop=auth, username=\"a\", nc=00000001, integrity-protected=\"tls-yes\", "
            "foo=\"bar\"");
}

struct Bad {
  const char* name;
  const char* value;
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
        Bad{"nc_not_hex", "Digest nc=0000000g", AuthError::kBadSyntax}),
    [](const auto& row) { return std::string(row.param.name); });

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
