// SPDX-License-Identifier: Apache-2.0
// Forged headers, races and the assertion of identities, through both roles.
#include <gtest/gtest.h>

#include "agent/ims/internal.h"
#include "sip/headers.h"
#include "tests/scenarios/ue.h"

namespace sipward::test {
namespace {

using ims::EventKind;

constexpr const char* kAlice = "sip:alice@home1.example";
constexpr const char* kBob = "sip:bob@home1.example";
constexpr const char* kAt = "203.0.113.7:5060";

UeRequest invite(std::vector<std::string> headers = {}) {
  return {.method = "INVITE", .headers = std::move(headers)};
}

// T-12: the UE writes the P-CSCF's flag itself.
class T12 : public testing::TestWithParam<const char*> {};

TEST_P(T12, ForgedFlagIsRemoved) {
  Home home;
  Ue alice(home, "alice", kAt);
  const auto answer = alice.send_register(alice.unanswered() + ", " + GetParam());
  ASSERT_TRUE(answer);
  if (answer->status() == 401) {
    EXPECT_EQ(last_flag(home), "");
    EXPECT_EQ(home.count(EventKind::kForgedFlag), 1U);
  } else {
    EXPECT_EQ(answer->status(), 400) << "given twice: two readers would pick different ones";
    EXPECT_TRUE(home.to_scscf.empty());
  }
  EXPECT_EQ(home.kernel.size(), 0U);
}

INSTANTIATE_TEST_SUITE_P(Spellings, T12,
                         testing::Values("integrity-protected=\"tls-yes\"",
                                         "integrity-protected=auth-done",
                                         "INTEGRITY-PROTECTED=\"ip-assoc-yes\"",
                                         "integrity-protected = \"yes\"",
                                         "integrity-protected=no"));

TEST(T12, FlagGivenTwiceNeverReachesTheCore) {
  Home home;
  Ue alice(home, "alice", kAt);
  alice.send_register(alice.unanswered() +
                      ", integrity-protected=\"tls-yes\", integrity-protected=\"ip-assoc-yes\"");
  for (const sip::Message& message : home.to_scscf) {
    const auto value = message.find(sip::Field::kAuthorization);
    EXPECT_FALSE(value && value->find("tls-yes") != std::string_view::npos);
  }
  EXPECT_EQ(home.kernel.size(), 0U);
}

// T-13: a spoofed de-registration.
TEST(T13, SpoofedDeRegistrationIsChallenged) {
  Home home;
  Ue alice(home, "alice", kAt);
  ASSERT_EQ(alice.register_now(), 200);
  UeRequest request{.method = "REGISTER",
                    .uri = "sip:home1.example",
                    .headers = {"Contact: *", "Expires: 0", "Authorization: " + alice.unanswered()},
                    .to = "<sip:alice@home1.example>"};
  const auto answer = alice.send(request);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status(), 401);
  EXPECT_EQ(last_flag(home), "ip-assoc-yes") << "the flag alone opens nothing";
  EXPECT_NE(home.row(kAt), nullptr);
  EXPECT_EQ(home.kernel.size(), 1U);
}

// T-14: unauthenticated REGISTERs from alice's address touch nothing.
TEST(T14, UnansweredRegistersLeaveTheRowAlone) {
  Home home;
  Ue alice(home, "alice", kAt);
  ASSERT_EQ(alice.register_now(), 200);
  for (const char* name : {"bob", "carol", "dave"}) {
    Ue other(home, name, kAt);
    EXPECT_EQ(other.send_register(other.unanswered())->status(), 401);
    const auto challenged = other.send_register(other.unanswered());
    other.send_register(other.answer(*challenged, {.password = "wrong"}));
  }
  EXPECT_EQ(home.row(kAt)->impi, ims::Impi{"alice_priv@home1.example"});
  EXPECT_EQ(home.count(EventKind::kOverwritten), 0U);
}

// T-15: two answered REGISTERs are outstanding from one key.
TEST(T15, LastOkWinsWithoutAMixture) {
  Home home;
  Ue alice(home, "alice", kAt);
  ASSERT_EQ(alice.register_now(), 200);
  const std::uint32_t epoch = home.row(kAt)->epoch;
  Ue bob(home, "bob", kAt);
  Ue dave(home, "dave", kAt);
  const auto bob_challenge = bob.send_register(bob.unanswered());
  const auto dave_challenge = dave.send_register(dave.unanswered());
  home.hold_answers();
  bob.send_register(bob.answer(*bob_challenge));
  dave.send_register(dave.answer(*dave_challenge));
  ASSERT_EQ(home.held(), 2U);
  home.release(1);  // dave's
  EXPECT_EQ(home.row(kAt)->impi, ims::Impi{"dave_priv@home1.example"});
  home.release(0);  // bob's
  const auto* row = home.row(kAt);
  EXPECT_EQ(row->impi, ims::Impi{"bob_priv@home1.example"});
  EXPECT_EQ(row->epoch, epoch + 2);
  ASSERT_EQ(row->identities.size(), 1U);
  EXPECT_EQ(row->identities[0].impu.text(), kBob);
}

// T-16: the UE's NAT moves it between the REGISTER and its 200.
TEST(T16, RowIsForTheSourceOfTheMatchedRegister) {
  Home home;
  Ue alice = outbound_behind_nat(home, "alice", "203.0.113.7:40001");
  const auto challenged = alice.send_register(alice.unanswered());
  ASSERT_TRUE(challenged);
  const std::string bytes = alice.register_text(alice.answer(*challenged));
  home.hold_answers();
  home.arrive(bytes, *sip::Endpoint::parse("203.0.113.7:40001"));
  home.arrive(bytes, *sip::Endpoint::parse("203.0.113.7:40055"));
  ASSERT_GE(home.held(), 1U);
  home.release(0);
  EXPECT_NE(home.row("203.0.113.7:40001"), nullptr);
  EXPECT_EQ(home.row("203.0.113.7:40055"), nullptr);
  while (home.held() > 0) home.release(0);
  EXPECT_EQ(home.row("203.0.113.7:40055"), nullptr) << "the copy makes no second row";
}

// T-17: a packet waits in the socket's queue while the row is overwritten.
TEST(T17, QueuedPacketOfTheOldTenantIsNobodys) {
  Home home;
  Ue alice(home, "alice", kAt);
  ASSERT_EQ(alice.register_now(), 200);
  UeRequest request = invite();
  auto queued = home.queue(alice.text(request), alice.source);
  ASSERT_TRUE(queued);
  Ue bob(home, "bob", kAt);
  ASSERT_EQ(bob.register_now(), 200);
  home.read(std::move(*queued));
  EXPECT_TRUE(home.outside.empty());
  EXPECT_EQ(home.count(EventKind::kStaleEpoch), 1U);
}

TEST(T17, PacketAfterTheOverwriteIsTheNewTenants) {
  Home home;
  Ue alice(home, "alice", kAt);
  Ue bob(home, "bob", kAt);
  ASSERT_EQ(alice.register_now(), 200);
  ASSERT_EQ(bob.register_now(), 200);
  UeRequest request = invite();
  auto queued = home.queue(bob.text(request), bob.source);
  ASSERT_TRUE(queued);
  home.read(std::move(*queued));
  ASSERT_EQ(home.outside.size(), 1U);
  EXPECT_EQ(asserted(home.outside[0]), kBob);
}

// T-18: the core still holds alice's token when bob has her address.
class T18 : public testing::Test {
 protected:
  T18() : alice(home, "alice", kAt) {
    EXPECT_EQ(alice.register_now(), 200);
    for (const sip::Message& message : home.to_scscf) {
      if (const auto path = sip::first_name_addr(message, sip::Field::kPath)) token = path->uri;
    }
  }
  int terminate(sip::Uri route) {
    route.params.set("lr");
    sip::Message invite =
        sip::Message::request(sip::Method::kInvite, *sip::parse_uri("sip:alice@203.0.113.7:5060"));
    invite.add(sip::Field::kVia,
               "SIP/2.0/UDP scscf1.home1.example;branch=z9hG4bKcore" + std::to_string(++branch));
    invite.add(sip::Field::kRoute, "<" + route.text() + ">");
    invite.add(sip::Field::kMaxForwards, "70");
    invite.add(sip::Field::kFrom, "<sip:carol@home2.example>;tag=c1");
    invite.add(sip::Field::kTo, "<sip:alice@home1.example>");
    invite.add(sip::Field::kCallId, "core-call");
    invite.add(sip::Field::kCSeq, "1 INVITE");
    invite.add(sip::Field::kContact, "<sip:carol@198.51.100.99>");
    home.from_core(std::move(invite));
    int last = 0;
    // The P-CSCF answers its core: the tap sees it.
    for (const sip::Message& message : home.to_scscf) {
      if (!message.is_request() && message.status() > 100) last = message.status();
    }
    return last;
  }
  Home home;
  Ue alice;
  sip::Uri token;
  int branch = 0;
};

TEST_F(T18, LiveTokenReachesTheUe) {
  terminate(token);
  const auto requests = alice.requests();
  ASSERT_EQ(requests.size(), 1U);
  EXPECT_EQ(requests[0].method(), sip::Method::kInvite);
}

TEST_F(T18, TokenFromBeforeTheOverwriteIsGone) {
  Ue bob(home, "bob", kAt);
  ASSERT_EQ(bob.register_now(), 200);
  EXPECT_EQ(terminate(token), 430);
  EXPECT_TRUE(bob.requests().empty()) << "not delivered to the next tenant";
}

TEST_F(T18, FlippedBitIsForged) {
  for (std::size_t at = 0; at < token.user.size(); ++at) {
    sip::Uri forged = token;
    forged.user[at] = forged.user[at] == 'A' ? 'B' : 'A';
    if (forged.user == token.user) continue;
    const int status = terminate(forged);
    EXPECT_TRUE(status == 403 || status == 430) << at;
    EXPECT_NE(status, 0);
  }
  EXPECT_TRUE(alice.requests().empty());
  EXPECT_GE(home.count(EventKind::kForgedToken), 1U);
}

// T-21: the row runs out; kernel and user space say the same.
TEST(T21, ExpiryClosesTheDoor) {
  Home home;
  Ue alice(home, "alice", kAt);
  alice.expires = 60;
  ASSERT_EQ(alice.register_now(), 200);
  UeRequest early = invite();
  EXPECT_TRUE(home.arrive(alice.text(early), alice.source));

  // Past the expiry, before the daemon's timer has run: the kernel's clock decides.
  home.now += std::chrono::seconds(61);
  UeRequest late = invite();
  EXPECT_FALSE(home.arrive(alice.text(late), alice.source));
  home.advance(std::chrono::seconds(1));
  EXPECT_EQ(home.row(kAt), nullptr);
  EXPECT_EQ(home.kernel.size(), 0U);
  EXPECT_EQ(home.count(EventKind::kExpired), 1U);
}

// T-26: which P-Preferred-Identity becomes which P-Asserted-Identity.
struct PreferredRow {
  const char* name;
  std::vector<std::string> preferred;
  const char* asserted;
};
class T26 : public testing::TestWithParam<PreferredRow> {};

TEST_P(T26, Matrix) {
  Home home;
  auto subscriber =
      make_subscriber("alice", "alice-pw-1",
                      {"\"Alice\" <sip:alice@home1.example>", "<tel:+15551000>",
                       "<sip:alice.work@home1.example>", "<sip:barred@home1.example>"});
  subscriber.identities[3].barred = true;
  home.subscribers[subscriber.impi.text] = subscriber;
  Ue alice(home, "alice", kAt);
  ASSERT_EQ(alice.register_now(), 200);
  std::vector<std::string> headers;
  for (const std::string& value : GetParam().preferred) {
    headers.push_back("P-Preferred-Identity: " + value);
  }
  alice.send(invite(headers));
  ASSERT_EQ(home.outside.size(), 1U);
  EXPECT_EQ(asserted(home.outside[0]), GetParam().asserted);
  EXPECT_FALSE(home.outside[0].has(sip::Field::kPPreferredIdentity));
}

INSTANTIATE_TEST_SUITE_P(
    PreferredIdentities, T26,
    testing::Values(
        PreferredRow{"none_gives_the_default", {}, kAlice},
        PreferredRow{"user_part_is_case_sensitive", {"<sip:ALICE@HOME1.EXAMPLE>"}, kAlice},
        PreferredRow{
            "host_is_not", {"<sip:alice.work@HOME1.EXAMPLE>"}, "sip:alice.work@home1.example"},
        PreferredRow{"parameters_play_no_role",
                     {"<sip:alice.work@home1.example;foo=bar>"},
                     "sip:alice.work@home1.example"},
        PreferredRow{"separators_play_no_role", {"<tel:+1-555-1000>"}, "tel:+15551000"},
        PreferredRow{"user_phone_is_the_tel_uri",
                     {"<sip:+15551000@home1.example;user=phone>"},
                     "tel:+15551000"},
        PreferredRow{"sip_and_tel",
                     {"<sip:alice.work@home1.example>, <tel:+15551000>"},
                     "sip:alice.work@home1.example tel:+15551000"},
        PreferredRow{"two_sip_gives_the_first",
                     {"<sip:alice.work@home1.example>", "<sip:alice@home1.example>"},
                     "sip:alice.work@home1.example"},
        PreferredRow{
            "a_third_is_ignored",
            {"<sip:alice.work@home1.example>", "<tel:+15551000>", "<sip:alice@home1.example>"},
            "sip:alice.work@home1.example tel:+15551000"},
        PreferredRow{"other_schemes_are_ignored", {"<mailto:alice@home1.example>"}, kAlice},
        PreferredRow{"display_names_play_no_role",
                     {"\"Boss\" <sip:alice.work@home1.example>"},
                     "sip:alice.work@home1.example"},
        PreferredRow{"barred_gives_the_default", {"<sip:barred@home1.example>"}, kAlice},
        PreferredRow{"a_foreign_one_gives_the_default", {"<sip:bob@home1.example>"}, kAlice}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(T26, OwnAssertionIsRemovedAndTheStoredSpellingUsed) {
  Home home;
  Ue alice(home, "alice", kAt);
  ASSERT_EQ(alice.register_now(), 200);
  alice.send(invite({"P-Asserted-Identity: <sip:victim@home1.example>",
                     "P-Preferred-Identity: \"Not Alice\" <sip:alice@home1.example>"}));
  ASSERT_EQ(home.outside.size(), 1U);
  const auto name = sip::first_name_addr(home.outside[0], sip::Field::kPAssertedIdentity);
  ASSERT_TRUE(name);
  EXPECT_EQ(name->uri.text(), kAlice);
  EXPECT_EQ(name->display_name, "Alice");
  EXPECT_EQ(home.outside[0].count(sip::Field::kPAssertedIdentity), 1U);
}

// T-27: the route to the S-CSCF is the stored one.
class T27 : public testing::TestWithParam<const char*> {};

TEST_P(T27, RouteIsTheStoredServiceRoute) {
  Home home;
  Ue alice(home, "alice", kAt);
  ASSERT_EQ(alice.register_now(), 200);
  std::vector<std::string> headers;
  if (*GetParam() != '\0') headers.push_back("Route: " + std::string(GetParam()));
  alice.send(invite(headers));
  const auto routes = sip::name_addrs(home.to_scscf.back(), sip::Field::kRoute);
  ASSERT_EQ(routes.size(), 1U);
  EXPECT_TRUE(routes[0].uri.host == "scscf1.home1.example" ||
              routes[0].uri.host == "SCSCF1.home1.example");
  EXPECT_EQ(home.outside.size(), 1U);
}

INSTANTIATE_TEST_SUITE_P(
    Routes, T27,
    testing::Values("", "<sip:evil.invalid;lr>",
                    "<sip:198.51.100.10:5060;lr>, <sip:evil.invalid;lr>",
                    "<sip:198.51.100.10:5060;lr>, <sip:orig@SCSCF1.home1.example;lr>"));

TEST(T27, RejectIsASetting) {
  Home home(
      Home::Setup{.pcscf = [](auto& c) { c.route_mismatch = pcscf::RouteMismatch::kReject; }});
  Ue alice(home, "alice", kAt);
  ASSERT_EQ(alice.register_now(), 200);
  EXPECT_EQ(alice.status(invite({"Route: <sip:evil.invalid;lr>"})), 400);
  EXPECT_TRUE(home.outside.empty());
}

// T-31: nobody on the access side is the core.
TEST(T31, TokensAndAssertionsFromTheAccessSideCountForNothing) {
  Home home;
  Ue alice(home, "alice", kAt);
  Ue bob(home, "bob", "203.0.113.8:5060");
  ASSERT_EQ(alice.register_now(), 200);
  ASSERT_EQ(bob.register_now(), 200);
  std::string path;
  for (const sip::Message& message : home.to_scscf) {
    if (const auto value = message.find(sip::Field::kPath)) path = *value;
  }
  bob.send(invite({"Route: " + path, "P-Asserted-Identity: <sip:alice@home1.example>"}));
  EXPECT_TRUE(alice.requests().empty()) << "a Path token does not turn a UE into the core";
  for (const sip::Message& message : home.outside) EXPECT_EQ(asserted(message), kBob);

  Ue stranger(home, "dave", "203.0.113.66:5060");
  EXPECT_EQ(stranger.status(invite({"Route: " + path})), 0);
  EXPECT_TRUE(alice.requests().empty());
}

// T-35: the right credentials do not make up for a missing row.
TEST(T35, ProxyAuthorizationFromAnUnboundSourceIsDiscarded) {
  for (const bool enforce : {true, false}) {
    Home home(Home::Setup{.pcscf = [&](auto& c) {
      if (!enforce) c.tag_policy = ims::TagPolicy::kAdvisory;
    }});
    home.kernel.enforce = enforce;
    Ue alice(home, "alice", kAt);
    ASSERT_EQ(alice.register_now(), 200);
    Ue elsewhere(home, "alice", "203.0.113.99:5060");
    const auto challenged = elsewhere.send_register(elsewhere.unanswered());
    ASSERT_TRUE(challenged);
    const std::string right =
        elsewhere.answer(*challenged, {.method = "INVITE", .uri = "sip:carol@home2.example"});
    EXPECT_EQ(elsewhere.status(invite({"Proxy-Authorization: " + right})), 0);
    EXPECT_TRUE(home.outside.empty());
    EXPECT_EQ(home.count(EventKind::kUnbound), enforce ? 0U : 1U);
  }
}

}  // namespace
}  // namespace sipward::test
