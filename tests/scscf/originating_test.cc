// SPDX-License-Identifier: Apache-2.0
// Who sent a request other than REGISTER: TS 24.229 5.4.3.2 and 5.4.3.6, TS 33.203 Annex Q.
#include "agent/scscf/originating.h"

#include <gtest/gtest.h>

#include "sip/headers.h"
#include "tests/scscf/originating_fixture.h"

namespace sipward::scscf::test {
namespace {

using ims::EventKind;

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

const Request kInDialog = in_dialog("BYE");
const Request kAck = in_dialog("ACK");
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
