// SPDX-License-Identifier: Apache-2.0
// REGISTER up to the point where the user is proved: challenges, wrong and stale answers.
#include "agent/scscf/registering.h"

#include <gtest/gtest.h>

#include "sip/headers.h"
#include "tests/scscf/role.h"

namespace sipward::scscf::test {
namespace {

using ims::EventKind;

std::string unanswered(const std::string& impi = kAliceImpi) {
  return "Digest username=\"" + impi +
         "\", realm=\"home1.example\", nonce=\"\", uri=\"sip:home1.example\", response=\"\"";
}

class Registering : public testing::Test {
 protected:
  void send(const Register& request) { role.receive(text_of(request)); }
  /// A nonce for alice's flow.
  std::string nonce() {
    send({.authorization = unanswered()});
    return challenges_of(role.response()).at(0).nonce;
  }
  void answer(const UeAnswer& how, const std::string& flag = "ip-assoc-pending") {
    Register request{.authorization = credentials_for(nonce(), how)};
    if (!flag.empty()) request.authorization += ", integrity-protected=\"" + flag + "\"";
    send(request);
  }
  Role role;
};

TEST_F(Registering, UnansweredIsChallenged) {
  send({.authorization = unanswered()});
  ASSERT_EQ(role.status(), 401);
  EXPECT_TRUE(sip::to_tag(role.response()));
  const auto rows = role.response().all(sip::Field::kWwwAuthenticate);
  ASSERT_EQ(rows.size(), 2U) << "a row for each H(A1), never joined";
  const auto challenges = challenges_of(role.response());
  EXPECT_EQ(challenges[0].algorithm, "SHA-256");
  EXPECT_EQ(challenges[1].algorithm, "MD5");
  for (const sip::Challenge& challenge : challenges) {
    EXPECT_EQ(challenge.realm, "home1.example");
    EXPECT_EQ(challenge.qop, "auth");
    EXPECT_FALSE(challenge.stale);
  }
  EXPECT_EQ(role.count(EventKind::kChallenged), 1U);
  EXPECT_EQ(role.scscf->registrations().size(), 0U);
  EXPECT_FALSE(role.response().has(sip::Field::kProxyAuthenticate)) << "RFC 3261 22: a registrar";
}

TEST_F(Registering, WithoutAuthorizationTheIdentityLeadsToTheUser) {
  role.subscribers[kAliceImpi].ha1.erase(sip::DigestAlgorithm::kSha256);
  send({});
  ASSERT_EQ(role.status(), 401);
  const auto challenges = challenges_of(role.response());
  ASSERT_EQ(challenges.size(), 1U) << "MD5 is all that she has";
  EXPECT_EQ(challenges[0].algorithm, "MD5");
}

TEST_F(Registering, StrangersLookLikeSubscribers) {
  struct Row {
    const char* name;
    Register known;
    Register unknown;
  };
  const Row rows[] = {{"by username",
                       {.authorization = unanswered()},
                       {.authorization = unanswered("nobody@home1.example")}},
                      {"by identity", {}, {.user = "nobody"}}};
  for (const Row& row : rows) {
    send(row.known);
    const auto known = challenges_of(role.response());
    send(row.unknown);
    ASSERT_EQ(role.status(), 401) << row.name;
    const auto unknown = challenges_of(role.response());
    ASSERT_EQ(unknown.size(), known.size()) << row.name;
    for (std::size_t i = 0; i < known.size(); ++i) {
      EXPECT_EQ(unknown[i].algorithm, known[i].algorithm) << row.name;
      EXPECT_EQ(unknown[i].nonce.size(), known[i].nonce.size()) << row.name;
    }
  }
  EXPECT_EQ(role.count(EventKind::kUnknownSubscriber), 2U);

  answer({.password = "wrong"});
  const std::string refusal(role.response().reason());
  answer({.impi = "nobody@home1.example"});
  EXPECT_EQ(role.status(), 403);
  EXPECT_EQ(role.response().reason(), refusal);
}

TEST_F(Registering, SubscriberOfAnotherRealmIsUnknown) {
  role.subscribers[kAliceImpi].realm = "home9.example";
  answer({});
  EXPECT_EQ(role.status(), 403);
  EXPECT_GE(role.count(EventKind::kUnknownSubscriber), 1U);
}

TEST_F(Registering, RightAnswerRegisters) {
  answer({});
  EXPECT_EQ(role.status(), 200);
  EXPECT_EQ(role.count(EventKind::kAuthenticated), 1U);
  EXPECT_EQ(role.scscf->registrations().size(), 1U);
}

TEST_F(Registering, WrongAnswerIsForbiddenAndChangesNothing) {
  ASSERT_TRUE(register_alice(role));
  answer({.password = "guess"}, "ip-assoc-yes");
  EXPECT_EQ(role.status(), 403);
  EXPECT_FALSE(role.response().has(sip::Field::kWwwAuthenticate));
  EXPECT_EQ(role.count(EventKind::kAuthenticationFailed), 1U);
  EXPECT_EQ(role.scscf->registrations().size(), 1U);
}

TEST_F(Registering, RepeatedCountIsStale) {
  const std::string once = nonce();
  send({.authorization = credentials_for(once, {})});
  ASSERT_EQ(role.status(), 200);
  send({.authorization = credentials_for(once, {})});
  ASSERT_EQ(role.status(), 401);
  EXPECT_TRUE(challenges_of(role.response())[0].stale);
  EXPECT_NE(challenges_of(role.response())[0].nonce, once);
  EXPECT_EQ(role.count(EventKind::kNonceStale), 1U);
  send({.authorization = credentials_for(once, {.nc = "00000002"})});
  EXPECT_EQ(role.status(), 200) << "RFC 7616 3.4: the next count of the same nonce";
}

TEST_F(Registering, ExpiredNonceIsStale) {
  const std::string old = nonce();
  role.advance(role.config.nonce_lifetime + std::chrono::seconds(2));
  send({.authorization = credentials_for(old, {})});
  ASSERT_EQ(role.status(), 401);
  EXPECT_TRUE(challenges_of(role.response())[0].stale);
  EXPECT_EQ(role.count(EventKind::kAuthenticationFailed), 0U) << "nothing was wrong with it";
}

// T-29
TEST_F(Registering, NonceOfAnotherFlowIsStale) {
  const std::string hers = nonce();
  send({.authorization = credentials_for(hers, {.impi = kBobImpi, .password = "bob-pw-2"}),
        .user = "bob",
        .source = "203.0.113.8:5060"});
  EXPECT_EQ(role.status(), 401);
  EXPECT_TRUE(challenges_of(role.response())[0].stale);
  EXPECT_EQ(role.scscf->registrations().size(), 0U);
}

TEST_F(Registering, ForeignNonceIsNeverAccepted) {
  send({.authorization = credentials_for("Tm9uY2VSZWcwMDAx", {})});
  EXPECT_EQ(role.status(), 401);
  EXPECT_EQ(role.scscf->registrations().size(), 0U);
}

// T-30
TEST_F(Registering, WhatWasNotAskedForIsChallengedAgain) {
  role.subscribers[kAliceImpi].ha1.erase(sip::DigestAlgorithm::kMd5);
  const UeAnswer answers[] = {{.algorithm = "MD5"},
                              {.algorithm = "MD5", .claimed = "-"},
                              {.algorithm = "MD5", .claimed = "MD5-sess"},
                              {.qop = ""},
                              {.qop = "auth-int"}};
  for (const UeAnswer& how : answers) {
    answer(how);
    EXPECT_EQ(role.status(), 401) << how.algorithm << how.claimed << how.qop;
    EXPECT_FALSE(challenges_of(role.response())[0].stale);
  }
  EXPECT_EQ(role.scscf->registrations().size(), 0U);
}

TEST_F(Registering, UriMustBeOurDomain) {
  answer({.uri = "sip:home2.example"});
  EXPECT_EQ(role.status(), 403);
  answer({.uri = "sip:HOME1.example"});
  EXPECT_EQ(role.status(), 200);
}

TEST_F(Registering, AnswersOfOtherSchemesStartAnew) {
  for (const char* flag : {"yes", "no", "auth-done", "tls-connected", "anything"}) {
    answer({}, flag);
    EXPECT_EQ(role.status(), 401) << flag;
  }
  EXPECT_EQ(role.scscf->registrations().size(), 0U);
}

TEST_F(Registering, TheFlagAloneOpensNothing) {
  for (const char* flag : {"ip-assoc-yes", "tls-yes", "ip-assoc-pending", "tls-pending"}) {
    send({.authorization = unanswered() + ", integrity-protected=\"" + flag + "\""});
    EXPECT_EQ(role.status(), 401) << flag;
  }
}

TEST_F(Registering, TwoAuthorizationsForUsAreAmbiguous) {
  send({.authorization = unanswered(), .headers = {"Authorization: " + unanswered(kBobImpi)}});
  EXPECT_EQ(role.status(), 400);
  EXPECT_TRUE(role.events.empty());
}

TEST_F(Registering, CredentialsForAnotherRealmAreNone) {
  send({.authorization = "Digest username=\"x\", realm=\"home2.example\", nonce=\"n\", "
                         "uri=\"sip:home2.example\", response=\"" +
                         std::string(32, '0') + "\""});
  EXPECT_EQ(role.status(), 401);
}

TEST_F(Registering, RefusalsNameWhatIsUnsupported) {
  send({.headers = {"Require: foo"}});
  EXPECT_EQ(role.status(), 420);
  EXPECT_EQ(role.response().find(sip::Field::kUnsupported), "foo");
}

}  // namespace
}  // namespace sipward::scscf::test
