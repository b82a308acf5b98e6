// SPDX-License-Identifier: Apache-2.0
#include "sip/digest.h"

#include <gtest/gtest.h>

namespace sipward::sip {
namespace {

using enum DigestAlgorithm;

struct Vector {
  const char* name;
  DigestAlgorithm algorithm;
  const char* username;
  const char* realm;
  const char* password;
  const char* ha1;  ///< empty: the source gives none
  const char* nonce;
  const char* cnonce;
  const char* method;
  const char* uri;
  const char* response;
};

constexpr const char* kHome = "home1.example";
constexpr const char* kAlice = "alice_priv@home1.example";
constexpr const char* kBob = "bob_priv@home1.example";
constexpr const char* kRegNonce = "Tm9uY2VSZWcwMDAx";
constexpr const char* kInvNonce = "Tm9uY2VJbnYwMDAx";
constexpr const char* kRegistrar = "sip:home1.example";
constexpr const char* kCarol = "sip:carol@home2.example";
constexpr const char* kAliceMd5 = "e27eb9ccb2795bc81eb2cc2991e3c8b5";
constexpr const char* kBobMd5 = "af485c29c54169e9bf5f90b46b9c2494";
constexpr const char* kAliceSha256 =
    "a45fc929c407a116a5656464a3b7caad4b9562133035855bb8dac2f3d1e3c6a9";
constexpr const char* kBobSha256 =
    "1f23e969f91ffe28333df2332b14702128d4e5fa3f996df21a78255a774cce38";
constexpr const char* kRfcNonce = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v";
constexpr const char* kRfcCnonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ";
constexpr const char* kRfcRealm = "http-auth@example.org";

class DigestVectors : public testing::TestWithParam<Vector> {};

TEST_P(DigestVectors, Agree) {
  const Vector& v = GetParam();
  const std::string ha1 = digest_ha1(v.algorithm, v.username, v.realm, v.password);
  if (*v.ha1 != '\0') {
    EXPECT_EQ(ha1, v.ha1);
  }
  EXPECT_EQ(digest_response({.algorithm = v.algorithm,
                             .ha1 = ha1,
                             .nonce = v.nonce,
                             .nc = "00000001",
                             .cnonce = v.cnonce,
                             .method = v.method,
                             .uri = v.uri}),
            v.response);
}

INSTANTIATE_TEST_SUITE_P(
    Digest, DigestVectors,
    testing::Values(
        Vector{"alice_register_md5", kMd5, kAlice, kHome, "alice-pw-1", kAliceMd5, kRegNonce,
               "c0a80001", "REGISTER", kRegistrar, "652ebd4dc230ab239824fd45d4d9bd33"},
        Vector{"alice_rspauth_md5", kMd5, kAlice, kHome, "alice-pw-1", kAliceMd5, kRegNonce,
               "c0a80001", "", kRegistrar, "bd25f3c4d32f0b499474fe86603f8250"},
        Vector{"alice_invite_md5", kMd5, kAlice, kHome, "alice-pw-1", kAliceMd5, kInvNonce,
               "1a2b3c4d", "INVITE", kCarol, "654300d3bc3c8150bae6e1a4d1ea3cd4"},
        Vector{"bob_register_md5", kMd5, kBob, kHome, "bob-pw-2", kBobMd5, kRegNonce, "c0a80001",
               "REGISTER", kRegistrar, "50def5e542178c90b0f05dcc595e224f"},
        Vector{"bob_rspauth_md5", kMd5, kBob, kHome, "bob-pw-2", kBobMd5, kRegNonce, "c0a80001", "",
               kRegistrar, "81a5e52f321f6399121268e3ba6f8dcd"},
        Vector{"bob_invite_md5", kMd5, kBob, kHome, "bob-pw-2", kBobMd5, kInvNonce, "1a2b3c4d",
               "INVITE", kCarol, "ce945dee264d49a4d8a0d2d08c823760"},
        Vector{"alice_register_sha256", kSha256, kAlice, kHome, "alice-pw-1", kAliceSha256,
               kRegNonce, "c0a80001", "REGISTER", kRegistrar,
               "f97a967c35b582d7ba6bfcec7f5fbc84e4317476aa0ad2296a8b96c454bc2f4a"},
        Vector{"alice_invite_sha256", kSha256, kAlice, kHome, "alice-pw-1", kAliceSha256, kInvNonce,
               "1a2b3c4d", "INVITE", kCarol,
               "c4da18e10a6d8121d63afd71847f166ce12979ab6abff5451bd18047fc5279b6"},
        Vector{"bob_register_sha256", kSha256, kBob, kHome, "bob-pw-2", kBobSha256, kRegNonce,
               "c0a80001", "REGISTER", kRegistrar,
               "a6e3e06700ad0b3d03cf5e94b2b8e92338110fae8ad7f224f25d52750320e2c0"},
        Vector{"bob_invite_sha256", kSha256, kBob, kHome, "bob-pw-2", kBobSha256, kInvNonce,
               "1a2b3c4d", "INVITE", kCarol,
               "5abd2bc3bb7969df8118ffbd3c6241b837917f5d8ab6c9af85f06b061e4eb52a"},
        // RFC 7616 3.9.1.
        Vector{"rfc7616_md5", kMd5, "Mufasa", kRfcRealm, "Circle of Life", "", kRfcNonce,
               kRfcCnonce, "GET", "/dir/index.html", "8ca523f5e9506fed4657c9700eebdbec"},
        Vector{"rfc7616_sha256", kSha256, "Mufasa", kRfcRealm, "Circle of Life", "", kRfcNonce,
               kRfcCnonce, "GET", "/dir/index.html",
               "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"},
        // RFC 7616 3.9.2 with the response of erratum 4897.
        Vector{"rfc7616_sha512_256", kSha512_256, "J\xc3\xa4s\xc3\xb8n Doe", "api@example.org",
               "Secret, or not?", "", "5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK",
               "NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v", "GET", "/doe.json",
               "3798d4131c277846293534c3edc11bd8a5e4cdcbff78b05db9d95eeb1cec68a5"}),
    [](const auto& row) { return std::string(row.param.name); });

// FIPS 180-4's example for SHA-512/256, "abc".
TEST(Digest, Sha512_256IsNotATruncatedSha512) {
  EXPECT_EQ(digest_hex(kSha512_256, "abc"),
            "53048e2681941ef99b2e29b76b4c7dabe4c2d0c634fc6d46e0e2f13107e7af23");
}

TEST(Digest, AlgorithmNamesAreReadInAnyCaseAndSessIsNot) {
  EXPECT_EQ(parse_algorithm("md5"), kMd5);
  EXPECT_EQ(parse_algorithm("SHA-256"), kSha256);
  EXPECT_EQ(parse_algorithm("sha-512-256"), kSha512_256);
  for (const char* other : {"", "MD5-sess", "SHA-256-sess", "AKAv1-MD5", "SHA256"}) {
    EXPECT_EQ(parse_algorithm(other), std::nullopt) << other;
  }
  for (const auto algorithm : {kMd5, kSha256, kSha512_256}) {
    EXPECT_EQ(parse_algorithm(algorithm_name(algorithm)), algorithm);
  }
}

TEST(Digest, ComparisonIsExact) {
  EXPECT_TRUE(constant_time_equal("", ""));
  EXPECT_TRUE(constant_time_equal("abc", "abc"));
  EXPECT_FALSE(constant_time_equal("abc", "abd"));
  EXPECT_FALSE(constant_time_equal("abc", "abcd"));
  EXPECT_FALSE(constant_time_equal("abc", "ABC"));
}

}  // namespace
}  // namespace sipward::sip
