// SPDX-License-Identifier: Apache-2.0
#include "agent/scscf/authentication.h"

#include <gtest/gtest.h>

#include "tests/scscf/role.h"

namespace sipward::scscf {
namespace {

using test::credentials_for;
using test::kAliceImpi;
using test::kBobImpi;
using test::UeAnswer;
using Verdict = Authenticator::Verdict;

const sip::Time kNow = sip::Time(std::chrono::hours(5));

sip::Flow flow(const char* remote) { return {.remote = *sip::Endpoint::parse(remote)}; }
const sip::Flow kUe = flow("203.0.113.7:40001");

Subscriber alice() {
  return test::make_user(kAliceImpi, "alice-pw-1", {"<sip:alice@home1.example>"});
}
Subscriber bob() { return test::make_user(kBobImpi, "bob-pw-2", {"<sip:bob@home1.example>"}); }

Authenticator make_authenticator(std::size_t max_tracked = 100) {
  return Authenticator({.key = std::string(32, 'k'),
                        .realm = "home1.example",
                        .nonce_lifetime = std::chrono::seconds(300),
                        .max_tracked_nonces = max_tracked},
                       [value = std::uint64_t{1}]() mutable { return value++; });
}

/// The worked examples of TS 33.203's Digest in the home of this test: what each user answers to
/// nonce Tm9uY2VSZWcwMDAx for REGISTER and Tm9uY2VJbnYwMDAx for INVITE.
struct VectorRow {
  const char* name;
  bool is_alice;
  sip::DigestAlgorithm algorithm;
  const char* ha1;
  const char* registering;
  const char* inviting;
};
class DigestVectors : public testing::TestWithParam<VectorRow> {};

TEST_P(DigestVectors, ProofIsRight) {
  const VectorRow& row = GetParam();
  const Subscriber user = row.is_alice ? alice() : bob();
  EXPECT_EQ(user.ha1.at(row.algorithm), row.ha1);
  const std::string head = "Digest username=\"" + user.impi.text +
                           "\", realm=\"home1.example\", qop=auth, nc=00000001, algorithm=" +
                           std::string(sip::algorithm_name(row.algorithm));
  const auto registering = sip::parse_credentials(
      head +
      ", nonce=\"Tm9uY2VSZWcwMDAx\", cnonce=\"c0a80001\", uri=\"sip:home1.example\", "
      "response=\"" +
      row.registering + "\"");
  const auto inviting = sip::parse_credentials(
      head +
      ", nonce=\"Tm9uY2VJbnYwMDAx\", cnonce=\"1a2b3c4d\", uri=\"sip:carol@home2.example\", "
      "response=\"" +
      row.inviting + "\"");
  const auto proof = [&](const sip::Credentials& credentials, std::string_view method) {
    return decide_proof({.credentials = credentials, .method = method, .uri_matches = true}, user,
                        Nonces::Verdict::kFresh);
  };
  EXPECT_EQ(proof(*registering, "REGISTER"), Proof::kRight);
  EXPECT_EQ(proof(*inviting, "INVITE"), Proof::kRight);
  EXPECT_EQ(proof(*inviting, "MESSAGE"), Proof::kWrong) << "the method is part of it";
}

INSTANTIATE_TEST_SUITE_P(
    Home1, DigestVectors,
    testing::Values(
        VectorRow{"alice_md5", true, sip::DigestAlgorithm::kMd5, "e27eb9ccb2795bc81eb2cc2991e3c8b5",
                  "652ebd4dc230ab239824fd45d4d9bd33", "654300d3bc3c8150bae6e1a4d1ea3cd4"},
        VectorRow{"bob_md5", false, sip::DigestAlgorithm::kMd5, "af485c29c54169e9bf5f90b46b9c2494",
                  "50def5e542178c90b0f05dcc595e224f", "ce945dee264d49a4d8a0d2d08c823760"},
        VectorRow{"alice_sha256", true, sip::DigestAlgorithm::kSha256,
                  "a45fc929c407a116a5656464a3b7caad4b9562133035855bb8dac2f3d1e3c6a9",
                  "f97a967c35b582d7ba6bfcec7f5fbc84e4317476aa0ad2296a8b96c454bc2f4a",
                  "c4da18e10a6d8121d63afd71847f166ce12979ab6abff5451bd18047fc5279b6"},
        VectorRow{"bob_sha256", false, sip::DigestAlgorithm::kSha256,
                  "1f23e969f91ffe28333df2332b14702128d4e5fa3f996df21a78255a774cce38",
                  "a6e3e06700ad0b3d03cf5e94b2b8e92338110fae8ad7f224f25d52750320e2c0",
                  "5abd2bc3bb7969df8118ffbd3c6241b837917f5d8ab6c9af85f06b061e4eb52a"}),
    [](const auto& row) { return std::string(row.param.name); });

/// T-30 and its neighbours: what is and what is not an answer to the challenge.
struct ProofRow {
  const char* name;
  UeAnswer answer;
  Nonces::Verdict nonce = Nonces::Verdict::kFresh;
  bool uri_matches = true;
  Proof proof = Proof::kRight;
};
class ProofTable : public testing::TestWithParam<ProofRow> {};

TEST_P(ProofTable, Decides) {
  const ProofRow& row = GetParam();
  const auto credentials = sip::parse_credentials(credentials_for("n0nce", row.answer));
  ASSERT_TRUE(credentials.ok());
  EXPECT_EQ(decide_proof(
                {.credentials = *credentials, .method = "REGISTER", .uri_matches = row.uri_matches},
                alice(), row.nonce),
            row.proof);
}

INSTANTIATE_TEST_SUITE_P(
    T30, ProofTable,
    testing::Values(
        ProofRow{.name = "right"},
        ProofRow{.name = "md5_is_offered_too", .answer = {.algorithm = "MD5"}},
        ProofRow{.name = "absent_algorithm_is_md5", .answer = {.algorithm = "MD5", .claimed = "-"}},
        ProofRow{.name = "algorithm_in_lower_case",
                 .answer = {.algorithm = "SHA-256", .claimed = "sha-256"}},
        ProofRow{.name = "absent_algorithm_is_not_sha256",
                 .answer = {.algorithm = "SHA-256", .claimed = "-"},
                 .proof = Proof::kWrong},
        ProofRow{.name = "algorithm_without_h_a1",
                 .answer = {.algorithm = "SHA-512-256"},
                 .proof = Proof::kUnacceptable},
        ProofRow{.name = "session_variant",
                 .answer = {.algorithm = "MD5", .claimed = "MD5-sess"},
                 .proof = Proof::kUnacceptable},
        ProofRow{.name = "unknown_algorithm",
                 .answer = {.algorithm = "MD5", .claimed = "AKAv1-MD5"},
                 .proof = Proof::kUnacceptable},
        ProofRow{.name = "no_qop", .answer = {.qop = ""}, .proof = Proof::kUnacceptable},
        ProofRow{.name = "auth_int", .answer = {.qop = "auth-int"}, .proof = Proof::kUnacceptable},
        ProofRow{.name = "no_cnonce", .answer = {.cnonce = ""}, .proof = Proof::kUnacceptable},
        ProofRow{.name = "no_nc", .answer = {.nc = ""}, .proof = Proof::kUnacceptable},
        ProofRow{.name = "nc_zero", .answer = {.nc = "00000000"}, .proof = Proof::kUnacceptable},
        ProofRow{
            .name = "another_user", .answer = {.impi = kBobImpi}, .proof = Proof::kUnacceptable},
        ProofRow{.name = "wrong_password", .answer = {.password = "x"}, .proof = Proof::kWrong},
        ProofRow{.name = "other_method", .answer = {.method = "INVITE"}, .proof = Proof::kWrong},
        ProofRow{.name = "other_uri", .uri_matches = false, .proof = Proof::kWrong},
        ProofRow{
            .name = "expired_nonce", .nonce = Nonces::Verdict::kExpired, .proof = Proof::kStale},
        ProofRow{
            .name = "foreign_nonce", .nonce = Nonces::Verdict::kForeign, .proof = Proof::kStale},
        ProofRow{.name = "wrong_password_and_expired_nonce",
                 .answer = {.password = "x"},
                 .nonce = Nonces::Verdict::kExpired,
                 .proof = Proof::kWrong}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(Challenge, OneRowForEachAlgorithmBestFirst) {
  Authenticator authenticator = make_authenticator();
  Subscriber user = alice();
  user.ha1[sip::DigestAlgorithm::kSha512_256] = std::string(64, '0');
  const auto rows = authenticator.challenge(user, kUe, false, kNow);
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[0].algorithm, "SHA-512-256");
  EXPECT_EQ(rows[1].algorithm, "SHA-256");
  EXPECT_EQ(rows[2].algorithm, "MD5");
  for (const sip::Challenge& row : rows) {
    EXPECT_EQ(row.realm, "home1.example");
    EXPECT_EQ(row.nonce, rows[0].nonce);
    EXPECT_EQ(row.qop, "auth");
    EXPECT_FALSE(row.stale);
  }
  EXPECT_NE(authenticator.challenge(user, kUe, false, kNow)[0].nonce, rows[0].nonce);
  EXPECT_TRUE(authenticator.challenge(user, kUe, true, kNow)[0].stale);
}

class Verify : public testing::Test {
 protected:
  Verdict verify(const UeAnswer& how, const Subscriber& user, const sip::Flow& ue = kUe) {
    const auto credentials = sip::parse_credentials(credentials_for(nonce, how));
    return authenticator.verify(
        {.credentials = *credentials, .method = "REGISTER", .uri_matches = true}, user, ue, now);
  }
  Authenticator authenticator = make_authenticator();
  sip::Time now = kNow;
  std::string nonce = authenticator.challenge(alice(), kUe, false, kNow)[0].nonce;
};

TEST_F(Verify, CountIsUsedUpByARightAnswerOnly) {
  EXPECT_EQ(verify({.password = "x"}, alice()), Verdict::kWrong);
  EXPECT_EQ(verify({}, alice()), Verdict::kAccepted);
  EXPECT_EQ(verify({}, alice()), Verdict::kStale);
  EXPECT_EQ(verify({.nc = "00000002"}, alice()), Verdict::kAccepted);
}

TEST_F(Verify, NonceOfAnotherFlowIsStale) {
  EXPECT_EQ(verify({}, alice(), flow("203.0.113.7:40002")), Verdict::kStale);
  EXPECT_EQ(verify({}, alice()), Verdict::kAccepted) << "and was not used up there";
}

TEST_F(Verify, WhoeverAnswersFromTheFlowProvesHimself) {
  EXPECT_EQ(verify({.impi = kBobImpi, .password = "bob-pw-2"}, bob()), Verdict::kAccepted);
}

TEST_F(Verify, NonceRunsOut) {
  now += std::chrono::seconds(301);
  EXPECT_EQ(verify({}, alice()), Verdict::kStale);
}

TEST_F(Verify, FullTableAcceptsNobodyNew) {
  authenticator = make_authenticator(1);
  nonce = authenticator.challenge(alice(), kUe, false, kNow)[0].nonce;
  EXPECT_EQ(verify({}, alice()), Verdict::kAccepted);
  nonce = authenticator.challenge(alice(), kUe, false, kNow)[0].nonce;
  EXPECT_EQ(verify({}, alice()), Verdict::kFull);
}

TEST(AuthenticationInfo, ProvesTheHomeNetwork) {
  Authenticator authenticator = make_authenticator();
  const auto credentials = sip::parse_credentials(
      "Digest username=\"alice_priv@home1.example\", realm=\"home1.example\", "
      "nonce=\"Tm9uY2VSZWcwMDAx\", uri=\"sip:home1.example\", "
      "response=\"652ebd4dc230ab239824fd45d4d9bd33\", algorithm=MD5, cnonce=\"c0a80001\", "
      "qop=auth, nc=00000001");
  const Answer answer{.credentials = *credentials, .method = "REGISTER", .uri_matches = true};
  const std::string info = authenticator.authentication_info(answer, alice(), kUe, kNow);
  EXPECT_EQ(info.substr(info.find(", qop")),
            ", qop=auth, rspauth=\"bd25f3c4d32f0b499474fe86603f8250\", cnonce=\"c0a80001\", "
            "nc=00000001");
  EXPECT_EQ(info.find("nextnonce=\""), 0U);
}

TEST(Decoy, IsStableAndAnswerableByNobody) {
  const Authenticator authenticator = make_authenticator();
  const Subscriber decoy = authenticator.make_decoy("nobody@home1.example");
  EXPECT_EQ(authenticator.make_decoy("nobody@home1.example").ha1, decoy.ha1);
  EXPECT_NE(authenticator.make_decoy("other@home1.example").ha1, decoy.ha1);
  ASSERT_EQ(decoy.ha1.size(), alice().ha1.size());
  for (const auto& [algorithm, ha1] : alice().ha1) {
    EXPECT_EQ(decoy.ha1.at(algorithm).size(), ha1.size());
  }
}

TEST(FindCredentials, OnesOfOurRealmAndOnlyOnce) {
  sip::Message request =
      sip::Message::request(sip::Method::kInvite, *sip::parse_uri("sip:carol@home2.example"));
  const auto find = [&] {
    return find_credentials(request, sip::Field::kProxyAuthorization, "home1.example");
  };
  EXPECT_FALSE((*find()).has_value());
  request.add(sip::Field::kProxyAuthorization, "Digest username=\"a\", realm=\"home2.example\"");
  request.add(sip::Field::kProxyAuthorization, "Other token68");
  EXPECT_FALSE((*find()).has_value());
  request.add(sip::Field::kProxyAuthorization, "Digest username=\"b\", realm=\"home1.example\"");
  ASSERT_TRUE((*find()).has_value());
  EXPECT_EQ((*find())->username, "b");
  request.add(sip::Field::kProxyAuthorization, "Digest username=\"c\", realm=\"home1.example\"");
  EXPECT_EQ(find().error(), sip::AuthError::kDuplicate);
}

}  // namespace
}  // namespace sipward::scscf
