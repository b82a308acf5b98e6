// SPDX-License-Identifier: Apache-2.0
#include "sip/response_context.h"

#include "sip/headers.h"
#include "tests/sip/dialogue.h"
#include "tests/sip/proxy_fixture.h"

namespace sipward::sip {
namespace {

using namespace std::chrono_literals;
using dialogue::Lines;
using ResponseContextTest = ProxyTest;

// --- Responses (RFC 3261 16.7) ---

TEST_F(ResponseContextTest, AResponseGoesBackWithoutOurVia) {
  begin({kBob}, {.method = "MESSAGE"});
  answer(kBob, 200, "MESSAGE");
  const auto& response = std::get<ProxyResponse>(events.at(0)).response;
  EXPECT_EQ(response.all(Field::kVia),
            (std::vector<std::string_view>{
                "SIP/2.0/UDP 203.0.113.7:5060;branch=z9hG4bK-a1;rport=5060;received=203.0.113.7"}));
  EXPECT_EQ(pass_on(), Lines{"200 MESSAGE > 203.0.113.7:5060"});
  pass(0s);
  EXPECT_EQ(heard(), Lines{"done #1"});
  expect_empty();
}

TEST_F(ResponseContextTest, ProvisionalResponsesPassAtOnceBut100DoesNot) {
  begin({kBob, kBobsPhone});
  answer(kBob, 100);
  EXPECT_EQ(heard(), Lines{});
  answer(kBob, 180);
  answer(kBobsPhone, 183);
  EXPECT_EQ(pass_on(), (Lines{"180 INVITE > 203.0.113.7:5060", "183 INVITE > 203.0.113.7:5060"}));
}

TEST_F(ResponseContextTest, OtherMethodsHaveNoProvisionalResponses) {
  begin({kBob}, {.method = "MESSAGE"});
  answer(kBob, 183, "MESSAGE");
  EXPECT_EQ(heard(), Lines{}) << "RFC 4320 4.1";
}

TEST_F(ResponseContextTest, TheViasBelowOursAreTheOnesThatCame) {
  begin({kBob}, {.method = "MESSAGE"});
  Message response = dialogue::response(got.at("MESSAGE > 192.0.2.21:5060"), 200);
  const std::string ours(*response.find(Field::kVia));
  response.set(Field::kVia, ours);
  response.add(Field::kVia, "SIP/2.0/UDP victim.example;branch=z9hG4bK-v");
  answer_with(kBob, std::move(response));
  const auto& passed = std::get<ProxyResponse>(events.at(0)).response;
  ASSERT_EQ(passed.count(Field::kVia), 1U);
  EXPECT_EQ(top_via(passed)->branch(), "z9hG4bK-a1");
}

TEST_F(ResponseContextTest, AResponseThatEndsWithOurViaIsNotPassedOn) {
  begin({kBob});
  for (const int status : {180, 200}) {
    Message response = dialogue::response(got.at("INVITE > 192.0.2.21:5060"), status);
    const std::string ours(*response.find(Field::kVia));
    response.set(Field::kVia, ours);
    answer_with(kBob, std::move(response));
  }
  EXPECT_EQ(heard(), Lines{"502 for #1"}) << "the branch has ended, whatever it said";
}

TEST_F(ResponseContextTest, TheBestResponseWaitsForAllBranches) {
  begin({kBob, kBobsPhone});
  answer(kBob, 486);
  EXPECT_EQ(sent(), Lines{"ACK > 192.0.2.21:5060"});
  EXPECT_EQ(heard(), Lines{});
  answer(kBobsPhone, 404);
  EXPECT_EQ(pass_on(), (Lines{"ACK > 192.0.2.22:5060", "486 INVITE > 203.0.113.7:5060"}));
  receive({.method = "ACK"});
  pass(0s);
  EXPECT_EQ(heard(), Lines{"done #1"});
  expect_empty();
}

TEST_F(ResponseContextTest, AChallengeCarriesThoseOfAllBranches) {
  begin({kBob, kBobsPhone}, {.method = "MESSAGE"});
  for (const char* neighbour : {kBob, kBobsPhone}) {
    Message challenge = dialogue::response(got.at("MESSAGE > " + std::string(neighbour)), 407);
    challenge.add(Field::kProxyAuthenticate,
                  "Digest realm=\"" + std::string(neighbour) + "\", nonce=\"n\"");
    answer_with(neighbour, std::move(challenge));
  }
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(std::get<ProxyResponse>(events[0]).response.count(Field::kProxyAuthenticate), 2U);
}

TEST_F(ResponseContextTest, TheFirst2xxCancelsTheOtherBranches) {
  begin({kBob, kBobsPhone});
  answer(kBob, 180);
  answer(kBobsPhone, 180);
  heard();
  answer(kBob, 200);
  EXPECT_EQ(pass_on(), (Lines{"CANCEL > 192.0.2.22:5060", "200 INVITE > 203.0.113.7:5060"}));
  answer(kBobsPhone, 200, "CANCEL");
  answer(kBobsPhone, 487);
  EXPECT_EQ(sent(), Lines{"ACK > 192.0.2.22:5060"});
  EXPECT_EQ(heard(), Lines{}) << "the call is answered";
  pass(31999ms);
  EXPECT_EQ(heard(), Lines{});
  pass(1ms);
  EXPECT_EQ(heard(), Lines{"done #1"});
  expect_empty();
}

TEST_F(ResponseContextTest, EveryFurther2xxPassesWhileTheAcceptedStateLasts) {
  begin({kBob, kBobsPhone});
  answer(kBob, 200);
  answer(kBobsPhone, 200);
  EXPECT_EQ(pass_on(), Lines(2, "200 INVITE > 203.0.113.7:5060"));
  pass(10s);
  answer(kBob, 200);
  EXPECT_EQ(pass_on(), Lines{"200 INVITE > 203.0.113.7:5060"});
  pass(22s);
  EXPECT_EQ(heard(), Lines{"done #1"});
  answer(kBob, 200);
  EXPECT_EQ(heard(), Lines{});
  EXPECT_EQ(sent(), Lines{}) << "RFC 6026: not without a transaction";
}

TEST_F(ResponseContextTest, AnotherMethodHasOne2xx) {
  begin({kBob, kBobsPhone}, {.method = "MESSAGE"});
  answer(kBob, 200, "MESSAGE");
  answer(kBobsPhone, 200, "MESSAGE");
  EXPECT_EQ(heard(), Lines{"200 for #1"});
}

TEST_F(ResponseContextTest, WhileTheUserHoldsThe2xxNothingElseIsOffered) {
  begin({kBob, kBobsPhone});
  answer(kBob, 200);
  EXPECT_EQ(heard(), Lines{"200 for #1"});
  answer(kBobsPhone, 180);
  answer(kBobsPhone, 486);
  EXPECT_EQ(heard(), Lines{});
}

TEST_F(ResponseContextTest, A6xxCancelsTheOthersAndIsTheAnswer) {
  begin({kBob, kBobsPhone});
  answer(kBobsPhone, 180);
  heard();
  answer(kBob, 603);
  EXPECT_EQ(sent(), (Lines{"ACK > 192.0.2.21:5060", "CANCEL > 192.0.2.22:5060"}));
  EXPECT_EQ(heard(), Lines{});
  answer(kBobsPhone, 487);
  EXPECT_EQ(heard(), Lines{"603 for #1"});
}

TEST_F(ResponseContextTest, A503FromTheNextHopIs500ToTheOneBefore) {
  begin({kBob}, {.method = "MESSAGE"});
  answer(kBob, 503, "MESSAGE");
  EXPECT_EQ(heard(), Lines{"500 for #1"});
}

TEST_F(ResponseContextTest, ATargetThatCannotBeReachedForWantOfRoomCountsAs503) {
  begin({kBob, kBobsPhone, "192.0.2.23:5060"});
  receive({.via = "SIP/2.0/UDP 203.0.113.7:5060;branch=z9hG4bK-a2"});
  heard();
  forward({kBob}, ContextId{2});
  EXPECT_EQ(heard(), Lines{"503 for #2"}) << "our own 503 stays one";
}

TEST_F(ResponseContextTest, WithoutTargetsTheAnswerIs480) {
  receive({.method = "MESSAGE"});
  heard();
  forward({});
  EXPECT_EQ(pass_on(), Lines{"480 MESSAGE > 203.0.113.7:5060"});
}

TEST_F(ResponseContextTest, AfterAFailureTheUserMayTryAnotherTarget) {
  begin({kBob});
  answer(kBob, 486);
  EXPECT_EQ(heard(), Lines{"486 for #1"});
  sent();
  forward({kBobsPhone});
  EXPECT_EQ(sent(), Lines{"INVITE > 192.0.2.22:5060"});
  answer(kBobsPhone, 404);
  EXPECT_EQ(heard(), Lines{"486 for #1"}) << "the best of all";
}

// --- Nobody answers ---

TEST_F(ResponseContextTest, AnInviteThatNobodyAnswersGets408) {
  begin({kBob, kBobsPhone});
  answer(kBobsPhone, 404);
  pass(32s);
  sent();
  EXPECT_EQ(pass_on(), Lines{"404 INVITE > 203.0.113.7:5060"}) << "who did answer says more";

  receive({.via = "SIP/2.0/UDP 203.0.113.7:5060;branch=z9hG4bK-a2"});
  heard();
  forward({kBob}, ContextId{2});
  pass(32s);
  EXPECT_EQ(heard(), (Lines{"done #1", "408 for #2"}));
}

TEST_F(ResponseContextTest, AnotherRequestThatNobodyAnswersGetsNoAnswer) {
  begin({kBob}, {.method = "MESSAGE"});
  pass(32s);
  EXPECT_EQ(sent(), Lines(10, "MESSAGE > 192.0.2.21:5060"));
  EXPECT_EQ(heard(), Lines{"done #1"}) << "RFC 4320 4.2";
  expect_empty();
}

TEST_F(ResponseContextTest, A408ToAnotherRequestIsNotPassedOn) {
  begin({kBob}, {.method = "MESSAGE"});
  answer(kBob, 408, "MESSAGE");
  pass(0s);
  EXPECT_EQ(heard(), Lines{"done #1"}) << "RFC 4320 4.2";
}

// --- Timer C (RFC 3261 16.6 step 11, 16.8) ---

TEST_F(ResponseContextTest, TimerCEndsARingingBranch) {
  begin({kBob});
  pass(10s);
  sent();
  answer(kBob, 180);
  heard();
  pass(184s);
  EXPECT_EQ(sent(), Lines{});
  answer(kBob, 180);
  heard();
  pass(184999ms);
  EXPECT_EQ(sent(), Lines{}) << "a provisional response starts it again";
  pass(1ms);
  EXPECT_EQ(sent(), Lines{"CANCEL > 192.0.2.21:5060"});
  answer(kBob, 487);
  EXPECT_EQ(heard(), Lines{"487 for #1"});
}

TEST_F(ResponseContextTest, A100DoesNotStartTimerCAgain) {
  begin({kBob});
  pass(10s);
  sent();
  answer(kBob, 100);
  pass(175s);
  EXPECT_EQ(sent(), Lines{"CANCEL > 192.0.2.21:5060"});
}

TEST_F(ResponseContextTest, ABranchThatIgnoresTheCancelOfTimerCCountsAs408) {
  begin({kBob});
  answer(kBob, 180);
  heard();
  pass(185s + 32s);
  EXPECT_EQ(heard(), Lines{"408 for #1"});
}

// RFC 3261 16.8: without a provisional response, Timer C counts as a 408.
TEST(ResponseContext, TimerCEndsABranchThatWasNeverHeardOf) {
  const Message invite = dialogue::request();
  ResponseContext context({.trying = dialogue::response(invite, 100),
                           .local_tag = "p",
                           .invite = true,
                           .timer_c = 10s,
                           .give_up = 32s,
                           .arrived = dialogue::kStart});
  const ClientId branch{7};
  context.add_branch(branch, dialogue::kStart);
  EXPECT_FALSE(context.conclude(dialogue::kStart).response);
  ASSERT_EQ(context.deadline(), dialogue::kStart + 10s);
  const auto step = context.on_timer(dialogue::kStart + 10s);
  EXPECT_EQ(step.cancel, std::vector{branch}) << "in case it is heard of after all";
  ASSERT_TRUE(step.response);
  EXPECT_EQ(step.response->status(), 408);
  EXPECT_FALSE(context.on_timeout(branch, dialogue::kStart + 32s).response) << "it has ended";
  Message late = dialogue::response(invite, 486);
  late.prepend(Field::kVia, "SIP/2.0/UDP p.example;branch=z9hG4bK-p");
  EXPECT_FALSE(context.on_response(branch, std::move(late), dialogue::kStart + 12s).response);
}

}  // namespace
}  // namespace sipward::sip
