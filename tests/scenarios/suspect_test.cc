// SPDX-License-Identifier: Apache-2.0
// T-2: the address is re-assigned and its next user never registers, Annex Q's last attack; and
// what is done about it.
#include <gtest/gtest.h>

#include "agent/ims/internal.h"
#include "sip/headers.h"
#include "tests/scenarios/ue.h"

namespace sipward::test {
namespace {

using namespace std::chrono_literals;
using ims::EventKind;

constexpr const char* kAlice = "sip:alice@home1.example";
constexpr const char* kBob = "sip:bob@home1.example";
constexpr const char* kIp = "203.0.113.7";
constexpr const char* kAt = "203.0.113.7:5060";
constexpr const char* kCarol = "sip:carol@home2.example";

UeRequest invite(std::vector<std::string> headers = {}) {
  return {.method = "INVITE", .headers = std::move(headers)};
}

Home::Setup demanding_digest(scscf::ProxyAuth policy) {
  return {.pcscf = [](pcscf::Config& c) { c.suspect_action = pcscf::SuspectAction::kDemandDigest; },
          .scscf = [policy](scscf::Config& c) { c.proxy_auth = policy; }};
}

// What the annex warns of, as long as nothing tells that alice is gone.
TEST(T02, NextTenantWhoNeverRegistersIsTakenForTheLast) {
  Home home;
  Ue alice(home, "alice", kAt);
  ASSERT_EQ(alice.register_now(), 200);
  Ue tenant(home, "bob", kAt);
  tenant.send(invite());
  ASSERT_EQ(home.outside.size(), 1U);
  EXPECT_EQ(asserted(home.outside[0]), kAlice);
}

TEST(T02, ReleaseHookClosesTheDoorUntilSheRegisters) {
  Home home;
  Ue alice(home, "alice", kAt);
  ASSERT_EQ(alice.register_now(), 200);
  alice.send(invite());
  ASSERT_EQ(home.outside.size(), 1U);

  EXPECT_EQ(home.release_address(kIp), 1U);
  UeRequest request = invite();
  EXPECT_FALSE(home.arrive(alice.text(request), alice.source)) << "the kernel drops it";
  EXPECT_EQ(home.outside.size(), 1U);
  EXPECT_EQ(home.count(EventKind::kReleased), 1U);

  home.kernel.challenged.clear();
  const auto challenged = alice.send_register(alice.unanswered());
  ASSERT_TRUE(challenged) << "REGISTER passes";
  EXPECT_EQ(challenged->status(), 401);
  EXPECT_EQ(last_flag(home), "") << "a released address is no association";
  EXPECT_EQ(home.kernel.challenged.size(), 1U) << "she has a lane to answer in";
  ASSERT_EQ(alice.send_register(alice.answer(*challenged))->status(), 200);
  EXPECT_EQ(last_flag(home), "ip-assoc-pending");
  alice.send(invite());
  ASSERT_EQ(home.outside.size(), 2U);
  EXPECT_EQ(asserted(home.outside[1]), kAlice);
}

TEST(T02, UserSpaceRefusesWhatTheKernelHadLetInBefore) {
  Home home;
  Ue alice(home, "alice", kAt);
  ASSERT_EQ(alice.register_now(), 200);
  UeRequest request = invite();
  auto queued = home.queue(alice.text(request), alice.source);
  ASSERT_TRUE(queued);
  home.release_address(kIp);
  home.read(std::move(*queued));
  EXPECT_TRUE(home.outside.empty());
  EXPECT_EQ(home.count(EventKind::kSuspect), 1U);
}

TEST(T02, NextTenantRegistersAndTheAddressIsHis) {
  Home home;
  Ue alice(home, "alice", kAt);
  ASSERT_EQ(alice.register_now(), 200);
  home.release_address(kIp);
  Ue bob(home, "bob", kAt);
  ASSERT_EQ(bob.register_now(), 200);
  bob.send(invite());
  ASSERT_EQ(home.outside.size(), 1U);
  EXPECT_EQ(asserted(home.outside[0]), kBob);
}

TEST(T02, SilenceOfWhoPromisedKeepAlives) {
  struct Row {
    const char* name;
    sip::Duration silence;
    const char* via_params;
    bool passes;
  };
  for (const Row& row :
       {Row{"keeps alive", 90s, ";keep", true}, Row{"silent for too long", 91s, ";keep", false},
        Row{"promised nothing", 1000s, "", true}}) {
    Home home;
    Ue alice(home, "alice", kAt);
    alice.via_params = row.via_params;
    ASSERT_EQ(alice.register_now(), 200);
    alice.send(invite());
    ASSERT_EQ(home.outside.size(), 1U) << row.name;
    home.advance(row.silence);
    home.outside.clear();
    alice.send(invite());
    EXPECT_EQ(home.outside.size(), row.passes ? 1U : 0U) << row.name;
    ASSERT_EQ(alice.register_now(), 200) << row.name;
    home.outside.clear();
    alice.send(invite());
    EXPECT_EQ(home.outside.size(), 1U) << "registered again: " << row.name;
  }
}

// suspect = "tag": nobody is asserted by the address, and Digest says who it is.
TEST(T02, SuspectIsAskedForDigestWhateverThePolicy) {
  for (const auto policy :
       {scscf::ProxyAuth::kIfPresent, scscf::ProxyAuth::kInitial, scscf::ProxyAuth::kAlways}) {
    Home home(demanding_digest(policy));
    home.kernel.tags_suspects = true;
    Ue alice(home, "alice", kAt);
    ASSERT_EQ(alice.register_now(), 200);
    home.release_address(kIp);
    const auto challenged = alice.send(invite());
    ASSERT_TRUE(challenged);
    EXPECT_EQ(challenged->status(), 407);
    EXPECT_EQ(asserted(home.to_scscf.back()), "");
    EXPECT_TRUE(home.outside.empty());

    const std::string right = alice.answer(*challenged, {.method = "INVITE", .uri = kCarol});
    alice.send(invite({"Proxy-Authorization: " + right}));
    ASSERT_EQ(home.outside.size(), 1U);
    EXPECT_EQ(asserted(home.outside[0]), kAlice);
    EXPECT_FALSE(home.outside[0].has(sip::Field::kProxyAuthorization));
  }
}

TEST(T02, SuspectWhoCannotProveHimselfNeverFallsBack) {
  Home home(demanding_digest(scscf::ProxyAuth::kIfPresent));
  home.kernel.tags_suspects = true;
  Ue alice(home, "alice", kAt);
  Ue bob(home, "bob", "203.0.113.8:5060");
  ASSERT_EQ(alice.register_now(), 200);
  ASSERT_EQ(bob.register_now(), 200);
  home.release_address(kIp);
  Ue tenant(home, "bob", kAt);
  const auto challenged = tenant.send(invite());
  ASSERT_TRUE(challenged);
  const std::string guess = tenant.answer(
      *challenged,
      {.user = "alice_priv@home1.example", .password = "guess", .method = "INVITE", .uri = kCarol});
  EXPECT_EQ(tenant.status(invite({"Proxy-Authorization: " + guess})), 403);
  EXPECT_TRUE(home.outside.empty());
  const auto again = tenant.send(invite());
  ASSERT_TRUE(again);
  const std::string own = tenant.answer(*again, {.method = "INVITE", .uri = kCarol});
  tenant.send(invite({"Proxy-Authorization: " + own}));
  ASSERT_EQ(home.outside.size(), 1U);
  EXPECT_EQ(asserted(home.outside[0]), kBob) << "as himself he may";
}

TEST(T02, WithoutProxyAuthenticationASuspectIsRefused) {
  Home home(demanding_digest(scscf::ProxyAuth::kNever));
  home.kernel.tags_suspects = true;
  Ue alice(home, "alice", kAt);
  ASSERT_EQ(alice.register_now(), 200);
  home.release_address(kIp);
  EXPECT_EQ(alice.status(invite()), 403);
  EXPECT_TRUE(home.outside.empty());
}

}  // namespace
}  // namespace sipward::test
