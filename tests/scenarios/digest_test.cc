// SPDX-License-Identifier: Apache-2.0
// What the S-CSCF makes of a Digest answer, through both roles.
#include <gtest/gtest.h>

#include "sip/headers.h"
#include "tests/scenarios/ue.h"

namespace sipward::test {
namespace {

constexpr const char* kAt = "203.0.113.7:5060";
constexpr const char* kUri = "sip:carol@home2.example";

class ProxyAuthenticated : public testing::Test {
 protected:
  ProxyAuthenticated()
      : home(Home::Setup{.scscf = [](auto& c) { c.proxy_auth = scscf::ProxyAuth::kInitial; }}),
        alice(home, "alice", kAt) {
    EXPECT_EQ(alice.register_now(), 200);
    challenged = alice.send({.method = "MESSAGE"});
  }
  Ue::Answer count(std::uint32_t nc) const { return {.method = "MESSAGE", .uri = kUri, .nc = nc}; }
  std::optional<sip::Message> send_with(const Ue::Answer& how) {
    return alice.send({.method = "MESSAGE",
                       .headers = {"Proxy-Authorization: " + alice.answer(*challenged, how)}});
  }
  /// True if the message went on to the next hop.
  bool accepted(const Ue::Answer& how) {
    const std::size_t before = home.outside.size();
    refusal = send_with(how);
    return home.outside.size() == before + 1;
  }
  Home home;
  Ue alice;
  std::optional<sip::Message> challenged;
  std::optional<sip::Message> refusal;
};

// T-28: the nonce count.
class T28 : public ProxyAuthenticated {};

TEST_F(T28, CountsUpAndRefusesARepeat) {
  EXPECT_TRUE(accepted(count(1)));
  EXPECT_TRUE(accepted(count(2)));
  EXPECT_TRUE(accepted(count(3)));
  EXPECT_FALSE(accepted(count(3))) << "another Call-ID, the same count";
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->status(), 407);
  EXPECT_TRUE(challenge_of(*refusal).stale);
  EXPECT_NE(challenge_of(*refusal).nonce, challenge_of(*challenged).nonce);
}

TEST_F(T28, RetransmissionIsAbsorbed) {
  UeRequest request{.method = "MESSAGE",
                    .headers = {"Proxy-Authorization: " + alice.answer(*challenged, count(1))}};
  const std::string bytes = alice.text(request);
  home.arrive(bytes, alice.source);
  home.arrive(bytes, alice.source);
  EXPECT_EQ(home.outside.size(), 1U);
  for (const sip::Message& message : home.take(alice.source)) EXPECT_NE(message.status(), 407);
}

TEST_F(T28, ReorderedCountsAreAcceptedOnceEach) {
  EXPECT_TRUE(accepted(count(5)));
  EXPECT_TRUE(accepted(count(4)));
  EXPECT_FALSE(accepted(count(4)));
  EXPECT_FALSE(accepted(count(5)));
}

// T-29: alice's nonce, answered with bob's credentials from bob's flow.
TEST(T29, NonceOfAnotherFlowIsNeverAccepted) {
  Home home(Home::Setup{.scscf = [](auto& c) { c.proxy_auth = scscf::ProxyAuth::kInitial; }});
  Ue alice(home, "alice", kAt);
  Ue bob(home, "bob", "203.0.113.8:5060");
  ASSERT_EQ(alice.register_now(), 200);
  ASSERT_EQ(bob.register_now(), 200);
  const auto challenged = alice.send({.method = "MESSAGE"});
  const std::string answer = bob.answer(*challenged, {.method = "MESSAGE", .uri = kUri});
  const auto refused =
      bob.send({.method = "MESSAGE", .headers = {"Proxy-Authorization: " + answer}});
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->status(), 407);
  EXPECT_TRUE(home.outside.empty());
}

TEST(T29, RegistrationNonceOfAnotherFlowIsNeverAccepted) {
  Home home;
  Ue alice(home, "alice", kAt);
  Ue bob(home, "bob", "203.0.113.8:5060");
  const auto challenged = alice.send_register(alice.unanswered());
  const auto refused = bob.send_register(bob.answer(*challenged));
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->status(), 401);
  EXPECT_EQ(home.kernel.size(), 0U);
}

// T-30: the algorithm and quality of protection are those of the challenge.
class T30 : public ProxyAuthenticated {};

TEST_F(T30, AnswersOutsideTheChallengeAreRefused) {
  auto sha256_only = home.subscribers["alice_priv@home1.example"];
  sha256_only.ha1.erase(sip::DigestAlgorithm::kMd5);
  home.subscribers["alice_priv@home1.example"] = sha256_only;
  challenged = alice.send({.method = "MESSAGE"});
  ASSERT_EQ(challenge_of(*challenged).algorithm, "SHA-256");

  Ue::Answer md5 = count(1);
  md5.algorithm = "MD5";
  EXPECT_FALSE(accepted(md5));
  Ue::Answer sess = count(1);
  sess.algorithm = "MD5-sess";
  EXPECT_FALSE(accepted(sess));
  Ue::Answer auth_int = count(1);
  auth_int.qop = "auth-int";
  EXPECT_FALSE(accepted(auth_int));
  EXPECT_TRUE(accepted(count(1))) << "and the right one is right";
}

TEST_F(T30, MissingPartsAreRefused) {
  const std::string whole = alice.answer(*challenged, count(1));
  for (const std::string part : {", qop=auth", ", algorithm=", ", cnonce=\"c0a80001\"", ", nc="}) {
    std::string cut = whole;
    const std::size_t at = cut.find(part);
    ASSERT_NE(at, std::string::npos) << part;
    const std::size_t end = cut.find(',', at + 1);
    cut.erase(at, end == std::string::npos ? end : end - at);
    const int status =
        alice.status({.method = "MESSAGE", .headers = {"Proxy-Authorization: " + cut}});
    EXPECT_TRUE(status == 400 || status == 403 || status == 407) << part << ' ' << status;
  }
  EXPECT_TRUE(home.outside.empty());
}

}  // namespace
}  // namespace sipward::test
