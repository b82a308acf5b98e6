// SPDX-License-Identifier: Apache-2.0
// Proxy-authentication under attack: stolen, replayed and foreign answers, and what Digest proves
// against what the P-CSCF asserted (TS 33.203 Annex Q).
#include <gtest/gtest.h>

#include "sip/headers.h"
#include "tests/scscf/originating_fixture.h"

namespace sipward::scscf::test {
namespace {

using ims::EventKind;

class ProxyAuthentication : public Originating {};

// T-8
TEST_F(ProxyAuthentication, SpoofWithoutCredentialsIsNeverAccepted) {
  for (int attempt = 0; attempt < 3; ++attempt) EXPECT_EQ(send({}), 407);
  Request guess;
  UeAnswer how = invite_answer();
  how.password = "guess";
  guess.credentials = credentials_for(nonce(), how);
  EXPECT_EQ(send(guess), 403);
  EXPECT_EQ(role.count(EventKind::kAuthenticationFailed), 1U);
  EXPECT_TRUE(role.forwarded().empty());
}

// T-9
TEST_F(ProxyAuthentication, StolenAnswer) {
  Request stolen;
  stolen.credentials = credentials_for(nonce(), invite_answer());

  Request other_method = stolen;
  other_method.method = "MESSAGE";
  EXPECT_EQ(send(other_method), 403);
  Request other_uri = stolen;
  other_uri.uri = "sip:victim@home2.example";
  EXPECT_EQ(send(other_uri), 403);
  Request other_source = stolen;
  other_source.source = "203.0.113.99:5060";
  EXPECT_EQ(send(other_source), 407);
  EXPECT_TRUE(challenges_of(role.response())[0].stale);

  EXPECT_EQ(send(stolen), 0) << "same method and URI: accepted once";
  EXPECT_EQ(send(stolen), 407);
  EXPECT_TRUE(challenges_of(role.response())[0].stale);
  EXPECT_EQ(role.count(EventKind::kNonceStale), 2U);
}

// T-9, third case: alice answers a challenge on a flow that is bound to bob.
TEST_F(ProxyAuthentication, DigestWinsOnAnotherUsersFlow) {
  Request bobs{.asserted = "<sip:bob@home1.example>", .source = "203.0.113.8:5060"};
  bobs.credentials = credentials_for(nonce(bobs), invite_answer());
  EXPECT_EQ(send(bobs), 0);
  EXPECT_EQ(asserted(sent_on()), "\"Alice\" <sip:alice@home1.example>") << "as provisioned";
  ASSERT_EQ(role.count(EventKind::kPrecedenceMismatch), 1U);
  for (const ims::Event& event : role.events) {
    if (event.kind != EventKind::kPrecedenceMismatch) continue;
    EXPECT_EQ(event.impi, kAliceImpi);
    EXPECT_EQ(event.impu, kBob) << "what was dropped";
    EXPECT_NE(event.detail.find(kAlice), std::string::npos);
    EXPECT_EQ(event.flow.text(), "udp/203.0.113.8:5060");
  }
}

// T-10: the attacker is a subscriber himself, on alice's address.
TEST_F(ProxyAuthentication, AttackerIsAssertedAsHimself) {
  Request invite;
  invite.credentials = credentials_for(nonce(), bobs_answer());
  EXPECT_EQ(send(invite), 0);
  EXPECT_EQ(asserted(sent_on()), "<sip:bob@home1.example>");
  EXPECT_EQ(role.count(EventKind::kPrecedenceMismatch), 1U);
}

TEST_F(ProxyAuthentication, BothAssertedIdentitiesAreReplaced) {
  Request invite{.asserted = "<sip:alice@home1.example>, <tel:+15551000>"};
  invite.credentials = credentials_for(nonce(), bobs_answer());
  EXPECT_EQ(send(invite), 0);
  EXPECT_EQ(asserted(sent_on()), "<sip:bob@home1.example>");
}

class StrictPrecedence : public Originating {
 protected:
  StrictPrecedence()
      : Originating([](Config& config) {
          config.proxy_auth = ProxyAuth::kInitial;
          config.precedence_mismatch = PrecedenceMismatch::kReject;
        }) {}
};

TEST_F(StrictPrecedence, MismatchIsRefused) {
  Request invite;
  invite.credentials = credentials_for(nonce(), bobs_answer());
  EXPECT_EQ(send(invite), 403);
  EXPECT_EQ(role.count(EventKind::kPrecedenceMismatch), 1U);
}

// T-11
TEST_F(ProxyAuthentication, SharedIdentityIsKept) {
  for (const char* impi : {kAliceImpi, kBobImpi}) {
    auto& identities = role.subscribers[impi].identities;
    identities.push_back(make_user("x@y", "z", {"<sip:family@home1.example>"}).identities[0]);
    identities.back().is_default = false;
  }
  ASSERT_TRUE(register_alice(role));
  ASSERT_TRUE(register_bob(role));
  Request invite{.asserted = "<sip:family@home1.example>"};
  invite.credentials = credentials_for(nonce(invite), bobs_answer());
  EXPECT_EQ(send(invite), 0);
  EXPECT_EQ(asserted(sent_on()), "<sip:family@home1.example>");
  EXPECT_EQ(role.count(EventKind::kPrecedenceMismatch), 0U);
}

TEST_F(ProxyAuthentication, ProvedUserWithoutRegistrationAssertsNothing) {
  role.subscribers["dave_priv@home1.example"] =
      make_user("dave_priv@home1.example", "dave-pw", {"<sip:dave@home1.example>"});
  Request invite;
  UeAnswer how = invite_answer();
  how.impi = "dave_priv@home1.example";
  how.password = "dave-pw";
  invite.credentials = credentials_for(nonce(), how);
  EXPECT_EQ(send(invite), 403);
  EXPECT_TRUE(role.forwarded().empty());
}

TEST_F(ProxyAuthentication, UnknownUserIsRefusedLikeAWrongPassword) {
  Request invite;
  UeAnswer how = invite_answer();
  how.impi = "nobody@home1.example";
  invite.credentials = credentials_for(nonce(), how);
  EXPECT_EQ(send(invite), 403);
  EXPECT_EQ(role.count(EventKind::kUnknownSubscriber), 1U);
}

// T-28
TEST_F(ProxyAuthentication, NonceCounts) {
  const std::string once = nonce();
  struct Step {
    const char* nc;
    int status;
  };
  for (const Step& step :
       {Step{"00000001", 0}, Step{"00000002", 0}, Step{"00000003", 0}, Step{"00000003", 407},
        Step{"00000006", 0}, Step{"00000005", 0}, Step{"00000005", 407}, Step{"00000004", 0}}) {
    Request invite;
    UeAnswer how = invite_answer();
    how.nc = step.nc;
    invite.credentials = credentials_for(once, how);
    EXPECT_EQ(send(invite), step.status) << step.nc;
    if (step.status == 407) {
      EXPECT_TRUE(challenges_of(role.response())[0].stale);
    }
  }
}

TEST_F(ProxyAuthentication, RetransmissionUsesNothingUp) {
  Request request{.method = "MESSAGE"};
  UeAnswer how = invite_answer();
  how.method = "MESSAGE";
  request.credentials = credentials_for(nonce(request), how);
  const std::string text = text_of(request);
  role.sent.clear();
  role.receive(text);
  role.receive(text);
  EXPECT_EQ(role.forwarded().size(), 1U);
  EXPECT_EQ(role.status(), 0);
}

// T-30
TEST_F(ProxyAuthentication, WhatWasNotAskedForIsChallengedAgain) {
  role.subscribers[kAliceImpi].ha1.erase(sip::DigestAlgorithm::kMd5);
  struct Row {
    const char* algorithm;
    const char* claimed;
    const char* qop;
  };
  for (const Row& row :
       {Row{"MD5", "", "auth"}, Row{"MD5", "-", "auth"}, Row{"MD5", "MD5-sess", "auth"},
        Row{"SHA-256", "", ""}, Row{"SHA-256", "", "auth-int"}}) {
    Request invite;
    UeAnswer how = invite_answer();
    how.algorithm = row.algorithm;
    how.claimed = row.claimed;
    how.qop = row.qop;
    invite.credentials = credentials_for(nonce(), how);
    EXPECT_EQ(send(invite), 407) << row.algorithm << row.claimed << row.qop;
    EXPECT_FALSE(challenges_of(role.response())[0].stale);
    EXPECT_EQ(challenges_of(role.response()).size(), 1U);
  }
}

// A P-CSCF that does not trust its address check any more asserts nothing.
struct Unasserted {
  const char* name;
  ProxyAuth policy;
  Request request;
  int status;
};
class UnassertedTable : public testing::TestWithParam<Unasserted> {};

TEST_P(UnassertedTable, DemandsDigest) {
  Role role(policy(GetParam().policy));
  ASSERT_TRUE(register_alice(role));
  role.sent.clear();
  role.events.clear();
  Request request = GetParam().request;
  request.asserted = "";
  role.receive(text_of(request));
  EXPECT_EQ(role.status(), GetParam().status);
  EXPECT_TRUE(role.forwarded().empty());
  EXPECT_EQ(role.count(EventKind::kChallenged), GetParam().status == 407 ? 1U : 0U);
}

const Request kUnreadable{.headers = {"P-Asserted-Identity: <http://home1.example/>"}};
INSTANTIATE_TEST_SUITE_P(
    Policies, UnassertedTable,
    testing::Values(
        Unasserted{"never", ProxyAuth::kNever, {}, 403},
        Unasserted{"if_present", ProxyAuth::kIfPresent, {}, 407},
        Unasserted{"initial", ProxyAuth::kInitial, {}, 407},
        Unasserted{"always", ProxyAuth::kAlways, {}, 407},
        Unasserted{"other_method", ProxyAuth::kIfPresent, {.method = "MESSAGE"}, 407},
        Unasserted{"ack_cannot_be_challenged", ProxyAuth::kIfPresent, {.method = "ACK"}, 0},
        Unasserted{"what_asserts_nobody_readable", ProxyAuth::kIfPresent, kUnreadable, 403}),
    [](const auto& row) { return std::string(row.param.name); });

TEST_F(ProxyAuthentication, UnassertedRequestGoesOnAsTheProvedUsersDefault) {
  Role lenient(policy(ProxyAuth::kIfPresent));
  ASSERT_TRUE(register_alice(lenient));
  struct Row {
    const char* name;
    const char* password;
    int status;
  };
  for (const Row& row : {Row{"right", "alice-pw-1", 0}, Row{"wrong", "guess", 403}}) {
    Request request{.asserted = ""};
    lenient.sent.clear();
    lenient.receive(text_of(request));
    ASSERT_EQ(lenient.status(), 407) << row.name;
    UeAnswer how = invite_answer();
    how.password = row.password;
    request.credentials = credentials_for(challenges_of(lenient.response()).at(0).nonce, how);
    lenient.sent.clear();
    lenient.receive(text_of(request));
    EXPECT_EQ(lenient.status(), row.status) << row.name;
    ASSERT_EQ(lenient.forwarded().size(), row.status == 0 ? 1U : 0U) << row.name;
    if (row.status != 0) continue;
    EXPECT_EQ(asserted(lenient.forwarded()[0]->message), "\"Alice\" <sip:alice@home1.example>");
  }
  EXPECT_EQ(lenient.count(EventKind::kPrecedenceMismatch), 0U);
}

TEST_F(ProxyAuthentication, UnassertedRequestOfAProvedUserWithoutRegistration) {
  role.subscribers["dave_priv@home1.example"] =
      make_user("dave_priv@home1.example", "dave-pw", {"<sip:dave@home1.example>"});
  Request invite{.asserted = ""};
  UeAnswer how = invite_answer();
  how.impi = "dave_priv@home1.example";
  how.password = "dave-pw";
  invite.credentials = credentials_for(nonce(invite), how);
  EXPECT_EQ(send(invite), 403);
  EXPECT_EQ(role.count(EventKind::kIdentityNotOwned), 1U);
}

}  // namespace
}  // namespace sipward::scscf::test
