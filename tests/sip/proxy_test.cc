// SPDX-License-Identifier: Apache-2.0
#include "sip/proxy.h"

#include "sip/headers.h"
#include "tests/sip/dialogue.h"
#include "tests/sip/proxy_fixture.h"

namespace sipward::sip {
namespace {

using namespace std::chrono_literals;
using dialogue::Lines;
using dialogue::request;
using dialogue::udp;

// --- Requests (RFC 3261 16.3, 16.6) ---

TEST_F(ProxyTest, AnInviteGets100AtOnceAndOthersDoNot) {
  receive();
  EXPECT_EQ(sent(), Lines{"100 INVITE > 203.0.113.7:5060"});
  receive({.method = "MESSAGE"});
  EXPECT_EQ(sent(), Lines{});
  EXPECT_EQ(heard(), (Lines{"INVITE #1", "MESSAGE #2"}));
}

TEST_F(ProxyTest, MaxForwardsOfZeroGoesNoFurther) {
  for (const char* method : {"INVITE", "OPTIONS", "MESSAGE"}) {
    receive({.method = method, .max_forwards = "0"});
    EXPECT_EQ(sent(), Lines{"483 " + std::string(method) + " > 203.0.113.7:5060"});
    EXPECT_EQ(heard(), Lines{});
  }
  receive(
      {.method = "ACK", .via = "SIP/2.0/UDP 203.0.113.7;branch=z9hG4bK-2", .max_forwards = "0"});
  EXPECT_EQ(sent(), Lines{}) << "an ACK is not answered";
  EXPECT_EQ(heard(), Lines{});
}

TEST_F(ProxyTest, ARequestLeavesWithOurViaOnTopAndMaxForwardsCountedDown) {
  receive({.method = "MESSAGE"});
  const auto& arrived = std::get<ProxyRequest>(events.at(0));
  std::vector<Target> targets;
  targets.push_back(
      {.request = arrived.request.clone(), .next_hop = udp(kBob), .via_host = "p.example:5062"});
  proxy.forward(kFirst, std::move(targets), now, out, events);
  const Message left = dialogue::read(out.at(0));
  const auto vias = left.all(Field::kVia);
  ASSERT_EQ(vias.size(), 2U);
  const Via ours = parse_via(vias[0]).value();
  EXPECT_EQ(ours.transport, "UDP");
  EXPECT_EQ(ours.sent_by(), "p.example:5062");
  EXPECT_EQ(ours.branch().substr(0, 7), "z9hG4bK");
  EXPECT_EQ(ours.branch().size(), 7U + 32U) << "128 random bits";
  EXPECT_EQ(vias[1],
            "SIP/2.0/UDP 203.0.113.7:5060;branch=z9hG4bK-a1;rport=5060;received=203.0.113.7");
  EXPECT_EQ(left.find(Field::kMaxForwards), "69");
}

TEST_F(ProxyTest, AMissingMaxForwardsIsAdded) {
  begin({kBob}, {.method = "MESSAGE", .max_forwards = ""});
  EXPECT_EQ(got.at("MESSAGE > 192.0.2.21:5060").find(Field::kMaxForwards), "70");
}

TEST_F(ProxyTest, EveryBranchHasItsOwnName) {
  begin({kBob, kBobsPhone});
  EXPECT_NE(top_via(got.at("INVITE > 192.0.2.21:5060"))->branch(),
            top_via(got.at("INVITE > 192.0.2.22:5060"))->branch());
}

TEST_F(ProxyTest, TheViaOfAnInternalHopNamesATransportThatReadersKnow) {
  receive({.method = "MESSAGE"});
  std::vector<Target> targets;
  targets.push_back({.request = request({.method = "MESSAGE"}),
                     .next_hop = dialogue::internal(),
                     .via_host = "p.example"});
  proxy.forward(kFirst, std::move(targets), now, out, events);
  EXPECT_EQ(top_via(dialogue::read(out.at(0)))->transport, "UDP");
}

TEST_F(ProxyTest, AnAckToA2xxPassesStatelessly) {
  receive({.method = "ACK"});
  EXPECT_EQ(heard(), Lines{"ACK #0"});
  forward({kBob}, ContextId{}, {.method = "ACK"});
  EXPECT_EQ(sent(), Lines{"ACK > 192.0.2.21:5060"});
  EXPECT_EQ(got.at("ACK > 192.0.2.21:5060").count(Field::kVia), 2U);
  forward({}, ContextId{}, {.method = "ACK"});
  proxy.reply(ContextId{}, request({.method = "ACK"}), 403, "", now, out);
  EXPECT_EQ(sent(), Lines{});
  expect_empty();
}

// --- Answers of the user ---

TEST_F(ProxyTest, ALocalAnswerHasATagAndEndsTheContext) {
  receive({.method = "MESSAGE"});
  heard();
  proxy.reply(kFirst, request({.method = "MESSAGE"}), 403, "Not You", now, out);
  const Message refusal = dialogue::read(out.at(0));
  EXPECT_EQ(refusal.reason(), "Not You");
  EXPECT_TRUE(to_tag(refusal).has_value());
  EXPECT_EQ(sent(), Lines{"403 MESSAGE > 203.0.113.7:5060"});
  pass(0s);
  EXPECT_EQ(heard(), Lines{"done #1"});
  expect_empty();
}

TEST_F(ProxyTest, ADiscardedRequestIsNeverAnswered) {
  receive({.method = "MESSAGE"});
  heard();
  proxy.discard(kFirst);
  pass(0s);
  EXPECT_EQ(heard(), Lines{"done #1"});
  proxy.reply(kFirst, request({.method = "MESSAGE"}), 403, "", now, out);
  proxy.respond(kFirst, dialogue::response(request({.method = "MESSAGE"}), 200), now, out);
  forward({kBob}, kFirst, {.method = "MESSAGE"});
  proxy.discard(kFirst);
  EXPECT_EQ(sent(), Lines{});
  expect_empty();
  EXPECT_EQ(heard(), Lines{}) << "done once";
}

TEST_F(ProxyTest, AUserWhoAnswersAfterAllHasTheBranchesCancelled) {
  begin({kBob});
  answer(kBob, 180);
  heard();
  proxy.reply(kFirst, request(), 403, "", now, out);
  EXPECT_EQ(sent(), (Lines{"403 INVITE > 203.0.113.7:5060", "CANCEL > 192.0.2.21:5060"}));
  answer(kBob, 200);
  EXPECT_EQ(heard(), Lines{}) << "there is nobody left to tell";
}

TEST_F(ProxyTest, ADiscardedInviteHasItsBranchesCancelled) {
  begin({kBob});
  answer(kBob, 180);
  heard();
  proxy.discard(kFirst);
  pass(0s);
  EXPECT_EQ(sent(), Lines{"CANCEL > 192.0.2.21:5060"});
  EXPECT_EQ(heard(), Lines{"done #1"});
}

TEST_F(ProxyTest, AUserWhoNeverDecidesHoldsNothing) {
  receive();
  receive({.method = "MESSAGE"});
  heard();
  sent();
  pass(31999ms);
  EXPECT_EQ(sent(), Lines{});
  pass(1ms);
  EXPECT_EQ(sent(), Lines{"408 INVITE > 203.0.113.7:5060"}) << "no 408 to MESSAGE (RFC 4320)";
  EXPECT_EQ(heard(), (Lines{"done #1", "done #2"}));
  expect_empty();
}

TEST_F(ProxyTest, AUserWhoNeverPassesTheResponseOnHoldsNothing) {
  begin({kBob});
  pass(20s);
  answer(kBob, 486);
  EXPECT_EQ(heard(), Lines{"486 for #1"});
  pass(32s);
  EXPECT_EQ(sent().back(), "408 INVITE > 203.0.113.7:5060");
  EXPECT_EQ(heard(), Lines{"done #1"});
  expect_empty();
}

// --- CANCEL (RFC 3261 16.10) ---

TEST_F(ProxyTest, CancelGoesToEveryPendingBranchAndTheirAnswerGoesBack) {
  begin({kBob, kBobsPhone});
  answer(kBob, 180);
  answer(kBobsPhone, 486);
  heard();
  sent();
  receive({.method = "CANCEL"});
  EXPECT_EQ(sent(), (Lines{"200 CANCEL > 203.0.113.7:5060", "CANCEL > 192.0.2.21:5060"}));
  answer(kBob, 200, "CANCEL");
  answer(kBob, 487);
  EXPECT_EQ(pass_on(), (Lines{"ACK > 192.0.2.21:5060", "486 INVITE > 203.0.113.7:5060"}));
}

TEST_F(ProxyTest, CancelWaitsForTheBranchToBeHeardOf) {
  begin({kBob});
  receive({.method = "CANCEL"});
  EXPECT_EQ(sent(), Lines{"200 CANCEL > 203.0.113.7:5060"});
  answer(kBob, 100);
  EXPECT_EQ(sent(), Lines{"CANCEL > 192.0.2.21:5060"});
}

TEST_F(ProxyTest, CancelWhileTheUserStillThinksIsAnsweredAtOnce) {
  receive();
  heard();
  sent();
  receive({.method = "CANCEL"});
  EXPECT_EQ(sent(), (Lines{"200 CANCEL > 203.0.113.7:5060", "487 INVITE > 203.0.113.7:5060"}));
  forward({kBob});
  EXPECT_EQ(sent(), Lines{}) << "refused quietly";
  receive({.method = "ACK"});
  pass(0s);
  EXPECT_EQ(heard(), Lines{"done #1"});
  forward({kBob});
  expect_empty();
  EXPECT_EQ(sent(), Lines{});
}

TEST_F(ProxyTest, ACancelledBranchThatSaysNoMoreCountsAs487) {
  begin({kBob});
  answer(kBob, 180);
  heard();
  receive({.method = "CANCEL"});
  pass(32s);
  EXPECT_EQ(heard(), Lines{"487 for #1"});
}

TEST_F(ProxyTest, A2xxThatCrossesTheCancelPasses) {
  begin({kBob});
  answer(kBob, 180);
  receive({.method = "CANCEL"});
  heard();
  answer(kBob, 200);
  EXPECT_EQ(heard(), Lines{"200 for #1"});
}

TEST_F(ProxyTest, CancelWhileTheUserHoldsTheResponseChangesNothing) {
  begin({kBob});
  answer(kBob, 486);
  receive({.method = "CANCEL"});
  EXPECT_EQ(sent(), (Lines{"ACK > 192.0.2.21:5060", "200 CANCEL > 203.0.113.7:5060"}));
  EXPECT_EQ(pass_on(), Lines{"486 INVITE > 203.0.113.7:5060"});
}

TEST_F(ProxyTest, AfterACancelNoFurtherTargetIsTried) {
  begin({kBob});
  answer(kBob, 180);
  receive({.method = "CANCEL"});
  answer(kBob, 487);
  heard();
  sent();
  forward({kBobsPhone});
  EXPECT_EQ(heard(), Lines{"487 for #1"});
  EXPECT_EQ(sent(), Lines{});
}

}  // namespace
}  // namespace sipward::sip
