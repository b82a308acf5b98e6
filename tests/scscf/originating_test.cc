// SPDX-License-Identifier: Apache-2.0
// Who sent a request other than REGISTER: TS 24.229 5.4.3.2 and 5.4.3.6, TS 33.203 Annex Q.
#include "agent/scscf/originating.h"

#include <gtest/gtest.h>

#include "sip/headers.h"
#include "tests/scscf/role.h"

namespace sipward::scscf::test {
namespace {

using ims::EventKind;

std::function<void(Config&)> policy(ProxyAuth proxy_auth) {
  return [proxy_auth](Config& config) { config.proxy_auth = proxy_auth; };
}

std::string asserted(const sip::Message& request) {
  std::string text;
  for (const auto value : request.all(sip::Field::kPAssertedIdentity)) text += std::string(value);
  return text;
}

/// alice and bob are registered; everything else is the test's.
class Originating : public testing::Test {
 protected:
  explicit Originating(const std::function<void(Config&)>& change = policy(ProxyAuth::kInitial))
      : role(change) {
    EXPECT_TRUE(register_alice(role));
    EXPECT_TRUE(register_bob(role));
    role.sent.clear();
    role.events.clear();
  }
  /// The status, or 0 when it was forwarded.
  int send(const Request& request) {
    role.sent.clear();
    role.receive(text_of(request));
    return role.status();
  }
  const sip::Message& sent_on() {
    EXPECT_EQ(role.forwarded().size(), 1U);
    return role.forwarded().at(0)->message;
  }
  /// A nonce for the flow, from a 407.
  std::string nonce(Request request = {}) {
    request.credentials.clear();
    EXPECT_EQ(send(request), 407);
    return challenges_of(role.response()).at(0).nonce;
  }
  static UeAnswer invite_answer() { return {.method = "INVITE", .uri = kCarol}; }
  static UeAnswer bobs_answer() {
    return {.impi = kBobImpi, .password = "bob-pw-2", .method = "INVITE", .uri = kCarol};
  }
  Role role;
};

// The worked example of an INVITE with proxy-authentication.
TEST_F(Originating, WorkedExample) {
  Request invite{.asserted = "<tel:+15551000>"};
  ASSERT_EQ(send(invite), 407);
  const auto rows = challenges_of(role.response());
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].algorithm, "SHA-256");
  EXPECT_EQ(rows[1].algorithm, "MD5");
  EXPECT_EQ(rows[0].realm, "home1.example");
  EXPECT_EQ(rows[0].qop, "auth");
  EXPECT_FALSE(role.response().has(sip::Field::kWwwAuthenticate)) << "RFC 3261 22: a proxy";
  EXPECT_EQ(role.count(EventKind::kChallenged), 1U);

  UeAnswer how = invite_answer();
  how.algorithm = "MD5";
  how.cnonce = "1a2b3c4d";
  invite.credentials = credentials_for(rows[1].nonce, how);
  EXPECT_EQ(send(invite), 0);
  EXPECT_EQ(asserted(sent_on()), "<tel:+15551000>");
  EXPECT_FALSE(sent_on().has(sip::Field::kProxyAuthorization));
  EXPECT_EQ(role.count(EventKind::kAuthenticated), 1U);
  EXPECT_EQ(role.count(EventKind::kPrecedenceMismatch), 0U);
}

TEST_F(Originating, EventNamesTheUesFlow) {
  send({});
  ASSERT_EQ(role.events.size(), 1U);
  EXPECT_EQ(role.events[0].flow.text(), "udp/203.0.113.7:40001");
  EXPECT_EQ(role.events[0].impi, kAliceImpi);
  EXPECT_EQ(role.events[0].impu, kAlice);
}

// What each policy does with a request without credentials.
struct PolicyRow {
  const char* name;
  ProxyAuth policy;
  Request request;
  int status;
};
class PolicyTable : public testing::TestWithParam<PolicyRow> {};

TEST_P(PolicyTable, WithoutCredentials) {
  Role role(policy(GetParam().policy));
  ASSERT_TRUE(register_alice(role));
  role.sent.clear();
  role.receive(text_of(GetParam().request));
  EXPECT_EQ(role.status(), GetParam().status);
  EXPECT_EQ(role.forwarded().size(), GetParam().status == 0 ? 1U : 0U);
}

const Request kInDialog{.method = "BYE",
                        .route = "<sip:scscf1.home1.example;lr>, <sip:198.51.100.99:5060;lr>",
                        .to_tag = "t1"};
const Request kAck{.method = "ACK",
                   .route = "<sip:scscf1.home1.example;lr>, <sip:198.51.100.99:5060;lr>",
                   .to_tag = "t1"};
const Request kUnmarked{.route = ""};
INSTANTIATE_TEST_SUITE_P(
    Policies, PolicyTable,
    testing::Values(PolicyRow{"never_initial", ProxyAuth::kNever, {}, 0},
                    PolicyRow{"if_present_initial", ProxyAuth::kIfPresent, {}, 0},
                    PolicyRow{"initial_initial", ProxyAuth::kInitial, {}, 407},
                    PolicyRow{"always_initial", ProxyAuth::kAlways, {}, 407},
                    PolicyRow{"initial_message", ProxyAuth::kInitial, {.method = "MESSAGE"}, 407},
                    PolicyRow{
                        "initial_unknown_method", ProxyAuth::kInitial, {.method = "FOO"}, 407},
                    PolicyRow{"initial_in_dialog", ProxyAuth::kInitial, kInDialog, 0},
                    PolicyRow{"always_in_dialog", ProxyAuth::kAlways, kInDialog, 407},
                    PolicyRow{"always_ack", ProxyAuth::kAlways, kAck, 0},
                    PolicyRow{"always_terminating", ProxyAuth::kAlways, kUnmarked, 0}),
    [](const auto& row) { return std::string(row.param.name); });

TEST_F(Originating, OrigParameterMarksToo) {
  EXPECT_EQ(send({.route = "<sip:scscf1.home1.example;lr;orig>"}), 407);
}

TEST_F(Originating, CallFromTheNextHopIsNotChallengedInADialog) {
  Role always(policy(ProxyAuth::kAlways));
  ASSERT_TRUE(register_alice(always));
  always.sent.clear();
  Request bye = kInDialog;
  bye.asserted = "";
  bye.route = "<sip:scscf1.home1.example;lr>, <sip:t@pcscf1.home1.example;lr>";
  always.receive(text_of(bye), {.local = always.config.local,
                                .remote = *sip::Endpoint::parse("198.51.100.99:5060")});
  EXPECT_EQ(always.forwarded().size(), 1U);
}

TEST_F(Originating, UnansweredCredentialsAreNone) {
  Request invite;
  invite.credentials =
      "Digest username=\"alice_priv@home1.example\", realm=\"home1.example\", nonce=\"\", "
      "uri=\"sip:carol@home2.example\", response=\"\"";
  EXPECT_EQ(send(invite), 407);
  Role lenient(policy(ProxyAuth::kIfPresent));
  ASSERT_TRUE(register_alice(lenient));
  lenient.receive(text_of(invite));
  ASSERT_EQ(lenient.forwarded().size(), 1U);
  EXPECT_FALSE(lenient.forwarded()[0]->message.has(sip::Field::kProxyAuthorization));
}

// TS 24.229 5.4.3.2: before any Digest.
struct ServedRow {
  const char* name;
  const char* asserted;
  int status;
};
class ServedUser : public Originating, public testing::WithParamInterface<ServedRow> {
 protected:
  ServedUser() : Originating(policy(ProxyAuth::kNever)) {}
};

TEST_P(ServedUser, IsRegisteredAndNotBarred) {
  role.subscribers[kBobImpi].identities.push_back(
      make_user("x@y", "z", {"<sip:barred@home1.example>"}).identities[0]);
  role.subscribers[kBobImpi].identities[1].barred = true;
  role.subscribers[kBobImpi].identities[1].is_default = false;
  ASSERT_TRUE(register_user(role, {.user = "bob", .contact = "<sip:bob@10.0.0.6>"},
                            {.impi = kBobImpi, .password = "bob-pw-2"}));
  EXPECT_EQ(send({.asserted = GetParam().asserted}), GetParam().status);
}

INSTANTIATE_TEST_SUITE_P(Identities, ServedUser,
                         testing::Values(ServedRow{"registered", "<sip:alice@home1.example>", 0},
                                         ServedRow{"registered_tel", "<tel:+1-555-1000>", 0},
                                         ServedRow{"other_case", "<sip:ALICE@home1.example>", 403},
                                         ServedRow{"not_registered", "<sip:carol@home1.example>",
                                                   403},
                                         ServedRow{"barred", "<sip:barred@home1.example>", 403},
                                         ServedRow{"no_user", "<mailto:alice@home1.example>", 403},
                                         ServedRow{"nothing_asserted", "", 403}),
                         [](const auto& row) { return std::string(row.param.name); });

TEST_F(Originating, ServedUserHeaderGoesFirstAndStaysInside) {
  Role plain(policy(ProxyAuth::kNever));
  ASSERT_TRUE(register_alice(plain));
  plain.receive(text_of(Request{.headers = {"P-Served-User: <sip:nobody@home1.example>"}}));
  EXPECT_EQ(plain.status(), 403);
  plain.receive(text_of(Request{.headers = {"P-Served-User: <sip:alice@home1.example>"}}));
  ASSERT_EQ(plain.forwarded().size(), 1U);
  EXPECT_FALSE(plain.forwarded()[0]->message.has(sip::Field::kPServedUser));
}

// T-8
TEST_F(Originating, SpoofWithoutCredentialsIsNeverAccepted) {
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
TEST_F(Originating, StolenAnswer) {
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
TEST_F(Originating, DigestWinsOnAnotherUsersFlow) {
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
TEST_F(Originating, AttackerIsAssertedAsHimself) {
  Request invite;
  invite.credentials = credentials_for(nonce(), bobs_answer());
  EXPECT_EQ(send(invite), 0);
  EXPECT_EQ(asserted(sent_on()), "<sip:bob@home1.example>");
  EXPECT_EQ(role.count(EventKind::kPrecedenceMismatch), 1U);
}

TEST_F(Originating, BothAssertedIdentitiesAreReplaced) {
  Request invite{.asserted = "<sip:alice@home1.example>, <tel:+15551000>"};
  invite.credentials = credentials_for(nonce(), bobs_answer());
  EXPECT_EQ(send(invite), 0);
  EXPECT_EQ(asserted(sent_on()), "<sip:bob@home1.example>");
}

class StrictOriginating : public Originating {
 protected:
  StrictOriginating()
      : Originating([](Config& config) {
          config.proxy_auth = ProxyAuth::kInitial;
          config.precedence_mismatch = PrecedenceMismatch::kReject;
        }) {}
};

TEST_F(StrictOriginating, MismatchIsRefused) {
  Request invite;
  invite.credentials = credentials_for(nonce(), bobs_answer());
  EXPECT_EQ(send(invite), 403);
  EXPECT_EQ(role.count(EventKind::kPrecedenceMismatch), 1U);
}

// T-11
TEST_F(Originating, SharedIdentityIsKept) {
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

TEST_F(Originating, ProvedUserWithoutRegistrationAssertsNothing) {
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

TEST_F(Originating, UnknownUserIsRefusedLikeAWrongPassword) {
  Request invite;
  UeAnswer how = invite_answer();
  how.impi = "nobody@home1.example";
  invite.credentials = credentials_for(nonce(), how);
  EXPECT_EQ(send(invite), 403);
  EXPECT_EQ(role.count(EventKind::kUnknownSubscriber), 1U);
}

// T-28
TEST_F(Originating, NonceCounts) {
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

TEST_F(Originating, RetransmissionUsesNothingUp) {
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
TEST_F(Originating, WhatWasNotAskedForIsChallengedAgain) {
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

TEST_F(Originating, TwoAnswersForUsAreAmbiguous) {
  Request invite;
  const std::string once = nonce();
  invite.credentials = credentials_for(once, invite_answer());
  invite.headers = {"Proxy-Authorization: " + credentials_for(once, bobs_answer())};
  EXPECT_EQ(send(invite), 400);
}

TEST_F(Originating, CredentialsForOthersPassUntouched) {
  const std::string theirs =
      "Digest username=\"a\", realm=\"home2.example\", nonce=\"n\", uri=\"sip:x\", response=\"" +
      std::string(32, '0') + "\"";
  Request invite{.headers = {"Proxy-Authorization: " + theirs}};
  invite.credentials = credentials_for(nonce(), invite_answer());
  EXPECT_EQ(send(invite), 0);
  EXPECT_EQ(sent_on().count(sip::Field::kProxyAuthorization), 1U);
  EXPECT_EQ(sent_on().find(sip::Field::kProxyAuthorization), theirs);
}

// RFC 3261 22.1: an ACK repeats the INVITE's credentials and is not challenged for it.
TEST_F(Originating, AckIsNeverChecked) {
  Request ack = kAck;
  ack.credentials = credentials_for("Tm9uY2VJbnYwMDAx", invite_answer());
  EXPECT_EQ(send(ack), 0);
  EXPECT_FALSE(sent_on().has(sip::Field::kProxyAuthorization));
  EXPECT_FALSE(sent_on().has(sip::Field::kPAssertedIdentity)) << "RFC 5876 4.1";
}

// The same request again, from an application server: it has been authenticated.
TEST_F(Originating, SpiralIsNotChallengedAgain) {
  std::string text = text_of(Request{});
  text.insert(text.find("Via:"),
              "Via: SIP/2.0/UDP as1.home1.example;branch=z9hG4bKas\r\n"
              "Via: SIP/2.0/UDP scscf1.home1.example;branch=z9hG4bKs1\r\n");
  role.sent.clear();
  role.receive(text);
  EXPECT_EQ(role.status(), 0);
  EXPECT_EQ(role.forwarded().size(), 1U);
}

TEST_F(Originating, InDialogAnswerIsVerifiedWhenItIsThere) {
  Request bye = kInDialog;
  UeAnswer how = invite_answer();
  how.method = "BYE";
  const std::string once = nonce();
  how.password = "guess";
  bye.credentials = credentials_for(once, how);
  EXPECT_EQ(send(bye), 403);
  how.password = "alice-pw-1";
  bye.credentials = credentials_for(once, how);
  EXPECT_EQ(send(bye), 0);
}

TEST_F(Originating, NeverLeavesCredentialsUnread) {
  Role plain(policy(ProxyAuth::kNever));
  ASSERT_TRUE(register_alice(plain));
  plain.sent.clear();
  plain.receive(text_of(Request{.credentials = credentials_for("n", bobs_answer())}));
  ASSERT_EQ(plain.forwarded().size(), 1U);
  EXPECT_EQ(asserted(plain.forwarded()[0]->message), "<sip:alice@home1.example>");
  EXPECT_FALSE(plain.forwarded()[0]->message.has(sip::Field::kProxyAuthorization));
}

}  // namespace
}  // namespace sipward::scscf::test
