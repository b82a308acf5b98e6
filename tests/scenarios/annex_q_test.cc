// SPDX-License-Identifier: Apache-2.0
// The boundary conditions that TS 33.203 Annex Q lists, each as a call flow through both roles.
#include <gtest/gtest.h>

#include "agent/ims/internal.h"
#include "sip/headers.h"
#include "tests/scenarios/ue.h"

namespace sipward::test {
namespace {

using ims::EventKind;

constexpr const char* kAlice = "sip:alice@home1.example";
constexpr const char* kBob = "sip:bob@home1.example";

UeRequest invite(std::vector<std::string> headers = {}) {
  return {.method = "INVITE", .headers = std::move(headers)};
}
std::string prefers(const std::string& uri) { return "P-Preferred-Identity: <" + uri + ">"; }

Home::Setup with(std::function<void(pcscf::Config&)> change) {
  return {.pcscf = std::move(change)};
}
Home::Setup with_proxy_auth(scscf::ProxyAuth policy) {
  return {.scscf = [policy](scscf::Config& config) { config.proxy_auth = policy; }};
}

// T-1: the address is re-assigned, and its next user registers.
TEST(T01, NextTenantOverwritesTheRow) {
  Home home;
  Ue alice(home, "alice", "203.0.113.7:5060");
  ASSERT_EQ(alice.register_now(), 200);
  const std::uint32_t epoch = home.row("203.0.113.7:5060")->epoch;

  Ue bob(home, "bob", "203.0.113.7:5060");
  const auto challenged = bob.send_register(bob.unanswered());
  ASSERT_TRUE(challenged);
  EXPECT_EQ(challenged->status(), 401);
  EXPECT_EQ(last_flag(home), "") << "the row is another user's: no ip-assoc-yes";
  EXPECT_EQ(home.row("203.0.113.7:5060")->impi, ims::Impi{"alice_priv@home1.example"});

  ASSERT_EQ(bob.send_register(bob.answer(*challenged))->status(), 200);
  EXPECT_EQ(last_flag(home), "ip-assoc-pending");
  const auto* row = home.row("203.0.113.7:5060");
  ASSERT_NE(row, nullptr);
  EXPECT_EQ(row->impi, ims::Impi{"bob_priv@home1.example"});
  EXPECT_EQ(row->epoch, epoch + 1);
  EXPECT_EQ(home.kernel.find(row->key)->epoch, row->epoch);
  EXPECT_EQ(home.count(EventKind::kOverwritten), 1U);

  bob.send(invite({prefers(kAlice)}));
  ASSERT_EQ(home.outside.size(), 1U);
  EXPECT_EQ(asserted(home.outside[0]), kBob)
      << "a preferred identity of the last tenant is no error";
}

// T-3: a NAT re-assigns the port; rows of other ports are another user's.
TEST(T03, PortRowsAreOverwrittenOneByOne) {
  Home home;
  Ue alice = outbound_behind_nat(home, "alice", "203.0.113.7:40001");
  Ue carol = outbound_behind_nat(home, "carol", "203.0.113.7:40002");
  Ue bob = outbound_behind_nat(home, "bob", "203.0.113.7:40001");
  ASSERT_EQ(alice.register_now(), 200);
  ASSERT_EQ(carol.register_now(), 200);
  ASSERT_EQ(bob.register_now(), 200);
  EXPECT_EQ(home.row("203.0.113.7:40001")->impi, ims::Impi{"bob_priv@home1.example"});
  EXPECT_EQ(home.row("203.0.113.7:40002")->impi, ims::Impi{"carol_priv@home1.example"});
}

TEST(T03, MovedPortMustRegisterFirstAndRetiresTheOldFlow) {
  Home home;
  Ue alice = outbound_behind_nat(home, "alice", "203.0.113.7:40001");
  ASSERT_EQ(alice.register_now(), 200);
  Ue moved = outbound_behind_nat(home, "alice", "203.0.113.7:40055");
  EXPECT_EQ(moved.status(invite()), 0) << "no row for the new port";
  EXPECT_TRUE(home.outside.empty());

  ASSERT_EQ(moved.register_now(), 200);
  EXPECT_NE(home.row("203.0.113.7:40055"), nullptr);
  EXPECT_EQ(home.row("203.0.113.7:40001"), nullptr) << "same instance and reg-id: one flow";
  EXPECT_EQ(home.kernel.size(), 1U);
}

// T-4: a NAT can be seen and the UE has no outbound.
TEST(T04, NatWithoutOutboundIsRefused) {
  Home home;
  Ue alice = behind_nat(home, "alice", "203.0.113.7:40001");
  const auto answer = alice.send_register(alice.unanswered());
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status(), 421);
  EXPECT_TRUE(sip::has_token(*answer, sip::Field::kRequire, "outbound"));
  const auto via = sip::top_via(*answer);
  EXPECT_EQ(via->params.value("received"), "203.0.113.7");
  EXPECT_EQ(via->params.value("rport"), "40001");
  EXPECT_TRUE(home.to_scscf.empty());
  EXPECT_EQ(home.kernel.size(), 0U);
  EXPECT_EQ(home.count(EventKind::kNatWithoutOutbound), 1U);
}

TEST(T04, RefusalIsASetting) {
  Home home(with([](auto& c) { c.nat_without_outbound = pcscf::NatWithoutOutbound::kForbid; }));
  Ue alice = behind_nat(home, "alice", "203.0.113.7:40001");
  EXPECT_EQ(alice.send_register(alice.unanswered())->status(), 403);
}

// T-5 and T-6: two users share an address and nothing in the message shows it.
struct SharedAddress {
  const char* name;
  const char* alice_source;
  const char* bob_source;
};
class T05T06 : public testing::TestWithParam<SharedAddress> {};

TEST_P(T05T06, AlarmIsRaisedAndTheKnownHoleStays) {
  Home home;
  Ue alice(home, "alice", GetParam().alice_source);
  Ue bob(home, "bob", GetParam().bob_source);
  ASSERT_EQ(alice.register_now(), 200);
  ASSERT_EQ(bob.register_now(), 200);
  EXPECT_GE(home.count(EventKind::kSharedAddress), 1U);
  alice.send(invite());
  ASSERT_EQ(home.outside.size(), 1U);
  EXPECT_EQ(asserted(home.outside[0]), kBob) << "address only, as Annex Q warns";
}

TEST_P(T05T06, RefuseKeepsTheFirstUser) {
  Home home(with([](auto& c) { c.on_shared_ip = pcscf::OnSharedIp::kRefuse; }));
  Ue alice(home, "alice", GetParam().alice_source);
  Ue bob(home, "bob", GetParam().bob_source);
  ASSERT_EQ(alice.register_now(), 200);
  const std::size_t before = home.to_scscf.size();
  EXPECT_GE(bob.register_now(), 400);
  EXPECT_EQ(home.to_scscf.size(), before) << "refused before it is forwarded";
  alice.send(invite());
  ASSERT_EQ(home.outside.size(), 1U);
  EXPECT_EQ(asserted(home.outside[0]), kAlice);
}

TEST_P(T05T06, PortBindKeepsThemApart) {
  Home home(with([](auto& c) { c.on_shared_ip = pcscf::OnSharedIp::kPortBind; }));
  Ue alice(home, "alice", GetParam().alice_source);
  Ue bob(home, "bob", GetParam().bob_source);
  ASSERT_EQ(alice.register_now(), 200);
  ASSERT_EQ(bob.register_now(), 200);
  alice.send(invite());
  bob.send(invite());
  ASSERT_EQ(home.outside.size(), 2U);
  EXPECT_EQ(asserted(home.outside[0]), kAlice);
  EXPECT_EQ(asserted(home.outside[1]), kBob);
}

INSTANTIATE_TEST_SUITE_P(SharedAddresses, T05T06,
                         testing::Values(SharedAddress{"T05_behind_an_alg", "203.0.113.7:40001",
                                                       "203.0.113.7:40002"},
                                         SharedAddress{"T06_two_users_one_host", "203.0.113.7:5060",
                                                       "203.0.113.7:5062"}),
                         [](const auto& row) { return std::string(row.param.name); });

// T-7: an exact spoof of address and port passes the address check; the annex says so.
TEST(T07, SpoofedSourcePassesTheAddressCheckAlone) {
  Home home(with_proxy_auth(scscf::ProxyAuth::kNever));
  Ue alice(home, "alice", "203.0.113.7:5060");
  ASSERT_EQ(alice.register_now(), 200);
  Ue attacker(home, "bob", "203.0.113.7:5060");
  attacker.send(invite());
  ASSERT_EQ(home.outside.size(), 1U);
  EXPECT_EQ(asserted(home.outside[0]), kAlice);
}

TEST(T07, ProxyAuthenticationStopsIt) {
  Home home(with_proxy_auth(scscf::ProxyAuth::kInitial));
  Ue alice(home, "alice", "203.0.113.7:5060");
  ASSERT_EQ(alice.register_now(), 200);
  Ue attacker(home, "bob", "203.0.113.7:5060");
  EXPECT_EQ(attacker.status(invite()), 407) << "the answer goes to alice's real address";
  EXPECT_TRUE(home.outside.empty());
}

// T-8: being able to spoof an address does not break Digest.
TEST(T08, SpoofWithoutCredentialsIsNeverAccepted) {
  Home home(with_proxy_auth(scscf::ProxyAuth::kAlways));
  Ue alice(home, "alice", "203.0.113.7:5060");
  ASSERT_EQ(alice.register_now(), 200);
  for (const char* method : {"INVITE", "MESSAGE", "OPTIONS", "SUBSCRIBE", "PUBLISH", "FOO"}) {
    EXPECT_EQ(alice.status({.method = method}), 407) << method;
  }
  const auto challenged = alice.send({.method = "MESSAGE"});
  const std::string guess = alice.answer(
      *challenged, {.password = "guess", .method = "MESSAGE", .uri = "sip:carol@home2.example"});
  EXPECT_GE(alice.status({.method = "MESSAGE", .headers = {"Proxy-Authorization: " + guess}}), 400);
  EXPECT_TRUE(home.outside.empty());
}

// T-9: a Digest response put on another message.
class T09 : public testing::Test {
 protected:
  T09() : home(with_proxy_auth(scscf::ProxyAuth::kInitial)), alice(home, "alice", kAt) {
    EXPECT_EQ(alice.register_now(), 200);
    const auto challenged = alice.send(invite());
    stolen = alice.answer(*challenged, {.method = "INVITE", .uri = "sip:carol@home2.example"});
  }
  UeRequest reused(const std::string& method, const std::string& uri) const {
    return {.method = method, .uri = uri, .headers = {"Proxy-Authorization: " + stolen}};
  }
  static constexpr const char* kAt = "203.0.113.7:5060";
  Home home;
  Ue alice;
  std::string stolen;
};

TEST_F(T09, SameMethodAndUriIsAcceptedOnce) {
  UeRequest other_body = reused("INVITE", "sip:carol@home2.example");
  other_body.headers.push_back("Content-Type: application/sdp");
  other_body.body = "v=0\r\n";
  alice.send(other_body);
  EXPECT_EQ(home.outside.size(), 1U) << "qop=auth does not cover the body: inherent";
  const auto again = alice.send(reused("INVITE", "sip:carol@home2.example"));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->status(), 407);
  EXPECT_TRUE(challenge_of(*again).stale);
  EXPECT_EQ(home.outside.size(), 1U);
}

TEST_F(T09, OtherMethodOrUriIsRefused) {
  for (const auto& request : {reused("MESSAGE", "sip:carol@home2.example"),
                              reused("INVITE", "sip:victim@home2.example")}) {
    const int status = alice.status(request);
    EXPECT_TRUE(status == 403 || status == 407) << request.method << ' ' << status;
  }
  EXPECT_TRUE(home.outside.empty());
}

TEST_F(T09, FromAnotherFlowTheNonceIsStale) {
  Ue bob(home, "bob", "203.0.113.8:5060");
  ASSERT_EQ(bob.register_now(), 200);
  const auto refused = bob.send(reused("INVITE", "sip:carol@home2.example"));
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->status(), 407) << "the nonce was issued to alice's flow";
  EXPECT_TRUE(home.outside.empty());
}

TEST_F(T09, FromAnotherUsersBindingDigestWins) {
  Ue bob(home, "bob", "203.0.113.8:5060");
  ASSERT_EQ(bob.register_now(), 200);
  const auto challenged = bob.send(invite());
  const std::string as_alice = bob.answer(
      *challenged,
      {.user = "alice_priv@home1.example", .method = "INVITE", .uri = "sip:carol@home2.example"});
  bob.send(invite({"Proxy-Authorization: " + as_alice}));
  ASSERT_EQ(home.outside.size(), 1U);
  EXPECT_EQ(asserted(home.outside[0]), kAlice);
  EXPECT_EQ(home.count(EventKind::kPrecedenceMismatch), 1U);
}

// T-10: the attacker owns or spoofs alice's address and answers with his own credentials.
TEST(T10, DigestTakesPrecedenceOverTheAddressCheck) {
  Home home(with_proxy_auth(scscf::ProxyAuth::kInitial));
  Ue alice(home, "alice", "192.0.2.77:5060");
  Ue bob(home, "bob", "203.0.113.7:5060");
  ASSERT_EQ(alice.register_now(), 200);
  ASSERT_EQ(bob.register_now(), 200);
  Ue attacker(home, "bob", "192.0.2.77:5060");
  const auto challenged = attacker.send(invite());
  ASSERT_TRUE(challenged);
  const std::string own =
      attacker.answer(*challenged, {.method = "INVITE", .uri = "sip:carol@home2.example"});
  attacker.send(invite({"Proxy-Authorization: " + own}));
  ASSERT_EQ(home.outside.size(), 1U);
  EXPECT_EQ(asserted(home.to_scscf.back()), kAlice) << "what the P-CSCF asserted";
  EXPECT_EQ(asserted(home.outside[0]), kBob) << "what the S-CSCF sends on";
  EXPECT_FALSE(home.outside[0].has(sip::Field::kProxyAuthorization));
  EXPECT_EQ(home.count(EventKind::kPrecedenceMismatch), 1U);
}

TEST(T10, StrictOptionRejects) {
  Home home(Home::Setup{.scscf = [](scscf::Config& c) {
    c.proxy_auth = scscf::ProxyAuth::kInitial;
    c.precedence_mismatch = scscf::PrecedenceMismatch::kReject;
  }});
  Ue alice(home, "alice", "192.0.2.77:5060");
  Ue bob(home, "bob", "203.0.113.7:5060");
  ASSERT_EQ(alice.register_now(), 200);
  ASSERT_EQ(bob.register_now(), 200);
  Ue attacker(home, "bob", "192.0.2.77:5060");
  const auto challenged = attacker.send(invite());
  const std::string own =
      attacker.answer(*challenged, {.method = "INVITE", .uri = "sip:carol@home2.example"});
  EXPECT_EQ(attacker.status(invite({"Proxy-Authorization: " + own})), 403);
  EXPECT_TRUE(home.outside.empty());
}

// T-11: a public identity that two users share belongs to both.
TEST(T11, SharedIdentityIsKeptWithoutAnEvent) {
  Home home(with_proxy_auth(scscf::ProxyAuth::kInitial));
  const std::string family = "sip:family@home1.example";
  for (const auto& [user, password] : {std::pair{"alice", "alice-pw-1"}, {"bob", "bob-pw-2"}}) {
    auto subscriber = make_subscriber(
        user, password, {"<sip:" + std::string(user) + "@home1.example>", "<" + family + ">"});
    home.subscribers[subscriber.impi.text] = subscriber;
  }
  Ue alice(home, "alice", "203.0.113.7:5060");
  Ue bob(home, "bob", "203.0.113.8:5060");
  ASSERT_EQ(alice.register_now(), 200);
  ASSERT_EQ(bob.register_now(), 200);
  const auto challenged = alice.send(invite({prefers(family)}));
  const std::string as_bob = alice.answer(
      *challenged,
      {.user = "bob_priv@home1.example", .method = "INVITE", .uri = "sip:carol@home2.example"});
  alice.send(invite({prefers(family), "Proxy-Authorization: " + as_bob}));
  ASSERT_EQ(home.outside.size(), 1U);
  EXPECT_EQ(asserted(home.outside[0]), family);
  EXPECT_EQ(home.count(EventKind::kPrecedenceMismatch), 0U);
}

}  // namespace
}  // namespace sipward::test
