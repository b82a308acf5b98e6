// SPDX-License-Identifier: Apache-2.0
#include "sip/server_side.h"

#include "sip/headers.h"
#include "tests/sip/dialogue.h"
#include "tests/sip/transactions_fixture.h"

namespace sipward::sip {
namespace {

using namespace std::chrono_literals;
using dialogue::drain;
using dialogue::Lines;
using dialogue::request;
using dialogue::response;
using dialogue::tcp;
using dialogue::udp;
using ServerSideTest = TransactionsTest;

// --- INVITE ---

TEST_F(ServerSideTest, ARetransmittedInviteIsAbsorbedAndGetsTheLastProvisional) {
  receive(request());
  EXPECT_EQ(drain(events), Lines{"INVITE #1"});
  receive(request());
  EXPECT_EQ(drain(out), Lines{}) << "there is no response yet";
  ASSERT_TRUE(respond(response(request(), 100)));
  ASSERT_TRUE(respond(response(request(), 180)));
  drain(out);
  receive(request());
  EXPECT_EQ(drain(out), Lines{"180 INVITE > 203.0.113.7:5060"});
  EXPECT_EQ(drain(events), Lines{});
  EXPECT_EQ(transactions.counters().retransmissions_absorbed, 2U);
}

TEST_F(ServerSideTest, ARefusedInviteIsRepeatedUntilAcknowledged) {
  receive(request());
  ASSERT_TRUE(respond(response(request(), 486)));
  EXPECT_EQ(drain(out), Lines{"486 INVITE > 203.0.113.7:5060"});
  pass(1499ms);
  EXPECT_EQ(drain(out), Lines{"486 INVITE > 203.0.113.7:5060"});
  drain(events);
  receive(request({.method = "ACK"}));
  EXPECT_EQ(drain(events), Lines{}) << "the ACK is the transaction's";
  pass(4999ms);
  EXPECT_EQ(drain(out), Lines{});
  EXPECT_EQ(transactions.server_count(), 1U) << "timer I";
  pass(1ms);
  expect_empty();
  EXPECT_EQ(transactions.counters().retransmissions_sent, 1U);
}

TEST_F(ServerSideTest, ARefusedInviteThatIsNeverAcknowledgedEndsWithTimerH) {
  receive(request());
  ASSERT_TRUE(respond(response(request(), 486)));
  pass(32s);
  EXPECT_EQ(drain(out).size(), 11U);
  expect_empty();
}

TEST_F(ServerSideTest, AnAcceptedInviteStaysForFurther2xx) {
  receive(request());
  ASSERT_TRUE(respond(response(request(), 200)));
  pass(10s);
  receive(request());
  EXPECT_EQ(drain(out), Lines{"200 INVITE > 203.0.113.7:5060"})
      << "the 2xx is its user's to repeat";
  EXPECT_TRUE(respond(response(request(), 200)));
  EXPECT_FALSE(respond(response(request(), 486)));
  pass(22s);
  expect_empty();
  EXPECT_FALSE(respond(response(request(), 200))) << "RFC 6026: not without a transaction";
}

TEST_F(ServerSideTest, AnAckToA2xxIsTheUsersWhateverItsBranch) {
  receive(request());
  ASSERT_TRUE(respond(response(request(), 200)));
  drain(events);
  receive(request({.method = "ACK"}));
  receive(request({.method = "ACK", .via = "SIP/2.0/UDP 203.0.113.7;branch=z9hG4bK-a2"}));
  EXPECT_EQ(drain(events), (Lines{"ACK #0", "ACK #0"}));
}

// --- Other methods ---

TEST_F(ServerSideTest, ARetransmittedRequestGetsTheFinalResponseAgainUntilTimerJ) {
  receive(request({.method = "MESSAGE"}));
  EXPECT_EQ(drain(events), Lines{"MESSAGE #1"});
  ASSERT_TRUE(respond(response(request({.method = "MESSAGE"}), 200)));
  EXPECT_FALSE(respond(response(request({.method = "MESSAGE"}), 404))) << "one final response";
  drain(out);
  pass(31999ms);
  receive(request({.method = "MESSAGE"}));
  EXPECT_EQ(drain(out), Lines{"200 MESSAGE > 203.0.113.7:5060"});
  EXPECT_EQ(drain(events), Lines{});
  pass(1ms);
  expect_empty();
}

TEST_F(ServerSideTest, OverTcpNothingIsKeptOfAnAnsweredRequest) {
  const Flow alice = tcp("203.0.113.7:33000");
  receive(request({.method = "MESSAGE", .via = "SIP/2.0/TCP 203.0.113.7;branch=z9hG4bK-a1"}),
          alice);
  ASSERT_TRUE(respond(response(request({.method = "MESSAGE"}), 200)));
  EXPECT_EQ(drain(out), Lines{"200 MESSAGE > 203.0.113.7:33000"}) << "on the connection";
  expect_empty();
}

TEST_F(ServerSideTest, AForgottenRequestIsNewWhenItComesAgain) {
  receive(request({.method = "MESSAGE"}));
  transactions.forget(ServerId{1});
  expect_empty();
  receive(request({.method = "MESSAGE"}));
  EXPECT_EQ(drain(events), (Lines{"MESSAGE #1", "MESSAGE #2"})) << "ids are not used again";
}

TEST_F(ServerSideTest, WhetherARequestIsAnsweredAndWhereItCameFrom) {
  receive(request());
  EXPECT_FALSE(transactions.is_answered(ServerId{1}));
  ASSERT_NE(transactions.flow_of(ServerId{1}), nullptr);
  EXPECT_EQ(*transactions.flow_of(ServerId{1}), kAlice);
  ASSERT_TRUE(respond(response(request(), 180)));
  EXPECT_FALSE(transactions.is_answered(ServerId{1}));
  ASSERT_TRUE(respond(response(request(), 486)));
  EXPECT_TRUE(transactions.is_answered(ServerId{1}));
  EXPECT_TRUE(transactions.is_answered(ServerId{99}));
  EXPECT_EQ(transactions.flow_of(ServerId{99}), nullptr);
}

// --- Sources ---

TEST_F(ServerSideTest, TheSameBranchFromElsewhereIsAnotherTransaction) {
  receive(request({.method = "MESSAGE"}));
  receive(request({.method = "MESSAGE"}), udp("203.0.113.7:5061"));
  receive(request({.method = "MESSAGE"}), udp("203.0.113.8:5060"));
  EXPECT_EQ(drain(events), (Lines{"MESSAGE #1", "MESSAGE #2", "MESSAGE #3"}));
}

TEST_F(ServerSideTest, BranchSentByAndMethodMakeTheTransaction) {
  const std::string via = "SIP/2.0/UDP 203.0.113.7:5060;branch=z9hG4bK-a1;rport";
  receive(request({.method = "MESSAGE", .via = via}));
  receive(request({.method = "OPTIONS", .via = via}));
  receive(request({.method = "MESSAGE", .via = "SIP/2.0/UDP 203.0.113.7;branch=z9hG4bK-a1"}));
  EXPECT_EQ(drain(events), (Lines{"MESSAGE #1", "OPTIONS #2", "MESSAGE #3"}));
}

struct Row {
  const char* name;
  Transport transport;
  const char* via;
  const char* source;
  const char* target;
};

// RFC 3261 18.2.2, RFC 3581 4.
TEST(ResponseFlow, IsTheSourceOrTheSentByPortThere) {
  const Row rows[] = {
      {"rport: where it came from", Transport::kUdp, "SIP/2.0/UDP 10.0.0.1:5060;rport",
       "203.0.113.7:40001", "203.0.113.7:40001"},
      {"no rport: the source's address, the sent-by's port", Transport::kUdp,
       "SIP/2.0/UDP 10.0.0.1:5070", "203.0.113.7:40001", "203.0.113.7:5070"},
      {"no rport, no port: 5060", Transport::kUdp, "SIP/2.0/UDP pc.example.net",
       "203.0.113.7:40001", "203.0.113.7:5060"},
      {"IPv6", Transport::kUdp, "SIP/2.0/UDP [2001:db8::1]:5070", "[2001:db8::7]:40001",
       "[2001:db8::7]:5070"},
      {"a forged received is replaced", Transport::kUdp,
       "SIP/2.0/UDP 10.0.0.1:5070;received=198.51.100.1", "203.0.113.7:40001", "203.0.113.7:5070"},
      {"maddr sends nothing to third parties", Transport::kUdp,
       "SIP/2.0/UDP 10.0.0.1:5070;maddr=198.51.100.1", "203.0.113.7:40001", "203.0.113.7:5070"},
      {"TCP: the connection", Transport::kTcp, "SIP/2.0/TCP 10.0.0.1:5070", "203.0.113.7:40001",
       "203.0.113.7:40001"},
  };
  for (const Row& row : rows) {
    Flow flow = dialogue::udp(row.source);
    flow.transport = row.transport;
    Via via = parse_via(row.via).value();
    note_source(via, flow.remote);
    const Flow reply = response_flow(via, flow);
    EXPECT_EQ(reply.remote.text(), row.target) << row.name;
    EXPECT_EQ(reply.local, flow.local) << row.name << ": from the address it was sent to";
  }
}

// --- CANCEL ---

TEST_F(ServerSideTest, CancelIsAnsweredAndHandedUp) {
  receive(request());
  drain(events);
  receive(request({.method = "CANCEL"}));
  EXPECT_EQ(drain(events), Lines{"CANCEL of #1"});
  ASSERT_EQ(out.size(), 1U);
  EXPECT_EQ(to_tag(dialogue::read(out[0])), transactions.local_tag(ServerId{1}))
      << "the tag that our own 487 would have";
  EXPECT_EQ(drain(out), Lines{"200 CANCEL > 203.0.113.7:5060"});
  receive(request({.method = "CANCEL"}));
  EXPECT_EQ(drain(out), Lines{"200 CANCEL > 203.0.113.7:5060"});
  EXPECT_EQ(drain(events), Lines{}) << "a retransmission";
}

TEST_F(ServerSideTest, TheAnswerToCancelHasTheTagOfTheInvitesResponses) {
  receive(request());
  ASSERT_TRUE(respond(response(request(), 180, "callee")));
  drain(out);
  receive(request({.method = "CANCEL"}));
  EXPECT_EQ(to_tag(dialogue::read(out.at(0))), "callee");
}

TEST_F(ServerSideTest, CancelOfAnAnsweredInviteHasNoEffect) {
  receive(request());
  ASSERT_TRUE(respond(response(request(), 200)));
  drain(events);
  drain(out);
  receive(request({.method = "CANCEL"}));
  EXPECT_EQ(drain(out), Lines{"200 CANCEL > 203.0.113.7:5060"});
  EXPECT_EQ(drain(events), Lines{});
}

TEST_F(ServerSideTest, CancelOfNothingIsRefused) {
  receive(request({.method = "MESSAGE"}));
  drain(events);
  receive(request({.method = "CANCEL"}));
  EXPECT_EQ(drain(out), Lines{"481 CANCEL > 203.0.113.7:5060"}) << "only an INVITE is cancelled";
  EXPECT_EQ(drain(events), Lines{});
}

TEST_F(ServerSideTest, T20CancelFromAnotherFlowIsRefusedThere) {
  receive(request());
  drain(events);
  receive(request({.method = "CANCEL"}), udp("203.0.113.66:5060"));
  EXPECT_EQ(drain(out), Lines{"481 CANCEL > 203.0.113.66:5060"});
  EXPECT_EQ(drain(events), Lines{});
  EXPECT_FALSE(transactions.is_answered(ServerId{1}));
}

TEST_F(ServerSideTest, AnAckFromAnotherFlowDoesNotEndTheTransaction) {
  receive(request());
  ASSERT_TRUE(respond(response(request(), 486)));
  drain(events);
  receive(request({.method = "ACK"}), udp("203.0.113.66:5060"));
  EXPECT_EQ(drain(events), Lines{"ACK #0"});
  drain(out);
  pass(500ms);
  EXPECT_EQ(drain(out), Lines{"486 INVITE > 203.0.113.7:5060"});
}

// --- Limits ---

TEST_F(ServerSideTest, WhenTheTableIsFullARequestIsRefusedWithoutATrace) {
  receive(request());
  receive(request({.method = "MESSAGE"}));
  receive(request({.method = "OPTIONS"}));
  drain(events);
  const std::string via = "SIP/2.0/UDP 203.0.113.7:5060;branch=z9hG4bK-a9;rport";
  receive(request({.via = via}));
  EXPECT_EQ(drain(events), Lines{});
  EXPECT_EQ(transactions.server_count(), 3U);
  EXPECT_EQ(transactions.counters().refused_full, 1U);
  ASSERT_EQ(out.size(), 1U);
  const Message refusal = dialogue::read(out[0]);
  EXPECT_EQ(drain(out), Lines{"503 INVITE > 203.0.113.7:5060"});
  EXPECT_TRUE(refusal.has(Field::kRetryAfter));

  receive(request({.method = "ACK", .via = via, .to = std::string(*refusal.find(Field::kTo))}));
  EXPECT_EQ(drain(events), Lines{}) << "the ACK to our 503 goes nowhere";
}

TEST_F(ServerSideTest, WhenTheTableIsFullACancelIsStillObeyed) {
  receive(request());
  receive(request({.method = "MESSAGE"}));
  receive(request({.method = "OPTIONS"}));
  drain(events);
  receive(request({.method = "CANCEL"}));
  EXPECT_EQ(drain(events), Lines{"CANCEL of #1"});
  EXPECT_EQ(drain(out), Lines{"200 CANCEL > 203.0.113.7:5060"});
  EXPECT_EQ(transactions.server_count(), 3U);
}

}  // namespace
}  // namespace sipward::sip
