// SPDX-License-Identifier: Apache-2.0
#include "sip/client_side.h"

#include "sip/headers.h"
#include "tests/sip/dialogue.h"
#include "tests/sip/transactions_fixture.h"

namespace sipward::sip {
namespace {

using namespace std::chrono_literals;
using dialogue::drain;
using dialogue::internal;
using dialogue::Lines;
using dialogue::request;
using dialogue::response;
using dialogue::tcp;
using dialogue::udp;
using ClientSideTest = TransactionsTest;

TEST_F(ClientSideTest, AnInviteIsRepeatedUntilSomethingIsHeard) {
  ASSERT_EQ(send("INVITE"), ClientId{1});
  pass(2s);
  EXPECT_EQ(drain(out), Lines(3, "INVITE > 192.0.2.20:5060")) << "0, 0.5, 1.5 s";
  receive(theirs("INVITE", 100), kBob);
  receive(theirs("INVITE", 180), kBob);
  pass(1h);
  EXPECT_EQ(drain(out), Lines{});
  EXPECT_EQ(drain(events), (Lines{"100 for #1", "180 for #1"}));
}

TEST_F(ClientSideTest, NobodyAnswersAnInvite) {
  send("INVITE");
  pass(31999ms);
  EXPECT_EQ(drain(events), Lines{});
  pass(1ms);
  EXPECT_EQ(drain(events), Lines{"timeout of #1"});
  EXPECT_EQ(transactions.counters().client_timeouts, 1U);
  expect_empty();
}

TEST_F(ClientSideTest, ARefusalIsAcknowledgedAsOftenAsItComesAndDeliveredOnce) {
  send("INVITE");
  receive(theirs("INVITE", 486), kBob);
  receive(theirs("INVITE", 486), kBob);
  EXPECT_EQ(drain(events), Lines{"486 for #1"});
  ASSERT_EQ(out.size(), 3U);
  const Message ack = dialogue::read(out[1]);
  EXPECT_EQ(ack.find(Field::kVia), "SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bK-ours");
  EXPECT_EQ(to_tag(ack), "b");
  EXPECT_EQ(drain(out),
            (Lines{"INVITE > 192.0.2.20:5060", "ACK > 192.0.2.20:5060", "ACK > 192.0.2.20:5060"}));
  pass(32s);
  expect_empty();
}

TEST_F(ClientSideTest, Every2xxToAnInviteIsDelivered) {
  send("INVITE");
  receive(theirs("INVITE", 200), kBob);
  receive(theirs("INVITE", 200), kBob);
  EXPECT_EQ(drain(events), (Lines{"200 for #1", "200 for #1"}));
  EXPECT_EQ(drain(out), Lines{"INVITE > 192.0.2.20:5060"}) << "the ACK is not the transaction's";
  pass(32s);
  expect_empty();
  receive(theirs("INVITE", 200), kBob);
  EXPECT_EQ(drain(events), Lines{}) << "RFC 6026: a stray 2xx goes nowhere";
  EXPECT_EQ(transactions.counters().stray_responses, 1U);
}

TEST_F(ClientSideTest, AnotherRequestIsRepeatedUntilItIsAnswered) {
  send("MESSAGE");
  receive(theirs("MESSAGE", 100), kBob);
  pass(5s);
  EXPECT_EQ(drain(out), Lines(3, "MESSAGE > 192.0.2.20:5060")) << "0, 0.5, 4.5 s";
  receive(theirs("MESSAGE", 200), kBob);
  receive(theirs("MESSAGE", 200), kBob);
  EXPECT_EQ(drain(events), (Lines{"100 for #1", "200 for #1"}));
  pass(5s);
  expect_empty();
}

TEST_F(ClientSideTest, NobodyAnswersAnotherRequest) {
  send("MESSAGE");
  pass(32s);
  EXPECT_EQ(drain(out).size(), 11U);
  EXPECT_EQ(drain(events), Lines{"timeout of #1"});
  expect_empty();
}

TEST_F(ClientSideTest, OverTcpNothingIsRepeated) {
  send("MESSAGE", tcp("192.0.2.20:5060"));
  pass(32s);
  EXPECT_EQ(drain(out), Lines{"MESSAGE > 192.0.2.20:5060"});
  EXPECT_EQ(drain(events), Lines{"timeout of #1"});
}

struct Stray {
  const char* name;
  std::string via;
  std::string method;
  Flow flow;
};

TEST_F(ClientSideTest, AResponseThatIsNobodysGoesNowhere) {
  send("MESSAGE");
  const std::string via = "SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bK-ours";
  const Stray rows[] = {
      {"another branch", "SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bK-our", "MESSAGE", kBob},
      {"another sent-by", "SIP/2.0/UDP 192.0.2.11:5060;branch=z9hG4bK-ours", "MESSAGE", kBob},
      {"another method", via, "OPTIONS", kBob},
      {"from another address", via, "MESSAGE", udp("192.0.2.21:5060")},
      {"over another transport", via, "MESSAGE", tcp("192.0.2.20:5060")},
      {"from inside", via, "MESSAGE", internal()},
  };
  for (const Stray& row : rows) {
    receive(response(request({.method = row.method, .via = row.via}), 200), row.flow);
    EXPECT_EQ(drain(events), Lines{}) << row.name;
  }
  EXPECT_EQ(transactions.counters().stray_responses, std::size(rows));
  receive(theirs("MESSAGE", 200), udp("192.0.2.20:5062"));
  EXPECT_EQ(drain(events), Lines{"200 for #1"}) << "a peer may send from another port";
}

TEST_F(ClientSideTest, FromOutsideNobodyAnswersForAnElementOfTheProcess) {
  send("MESSAGE", internal());
  receive(theirs("MESSAGE", 200), udp("0.0.0.0:2", "0.0.0.0:1"));
  EXPECT_EQ(drain(events), Lines{});
}

TEST_F(ClientSideTest, WhenTheClientTableIsFullNothingIsSent) {
  const auto send_with = [&](std::string branch) {
    return transactions.send(
        request({.method = "MESSAGE", .via = "SIP/2.0/UDP 192.0.2.10;branch=z9hG4bK-" + branch}),
        kBob, now, out);
  };
  EXPECT_TRUE(send_with("1"));
  EXPECT_FALSE(send_with("1")) << "a branch is used once";
  EXPECT_TRUE(send_with("2"));
  EXPECT_FALSE(send_with("3"));
  EXPECT_EQ(out.size(), 2U);
  EXPECT_EQ(transactions.counters().refused_full, 1U);
}

// --- CANCEL (RFC 3261 9.1) ---

TEST_F(ClientSideTest, CancelWaitsForAProvisionalResponse) {
  const ClientId invite = send("INVITE").value();
  transactions.cancel(invite, now, out);
  EXPECT_EQ(drain(out), Lines{"INVITE > 192.0.2.20:5060"});
  receive(theirs("INVITE", 100), kBob);
  EXPECT_EQ(drain(out), Lines{"CANCEL > 192.0.2.20:5060"});
  transactions.cancel(invite, now, out);
  receive(theirs("INVITE", 180), kBob);
  EXPECT_EQ(drain(out), Lines{}) << "one CANCEL";
}

TEST_F(ClientSideTest, CancelIsATransactionOfItsOwnAndItsEndConcernsNobody) {
  const ClientId invite = send("INVITE").value();
  receive(theirs("INVITE", 180), kBob);
  transactions.cancel(invite, now, out);
  pass(600ms);
  EXPECT_EQ(drain(out), (Lines{"INVITE > 192.0.2.20:5060", "CANCEL > 192.0.2.20:5060",
                               "CANCEL > 192.0.2.20:5060"}));
  receive(theirs("CANCEL", 200), kBob);
  receive(theirs("INVITE", 487), kBob);
  EXPECT_EQ(drain(events), (Lines{"180 for #1", "487 for #1"}));
  EXPECT_EQ(drain(out), Lines{"ACK > 192.0.2.20:5060"});
  pass(32s);
  expect_empty();
}

TEST_F(ClientSideTest, ACancelledInviteWithoutAFinalResponseEnds) {
  const ClientId invite = send("INVITE").value();
  receive(theirs("INVITE", 180), kBob);
  pass(100s);
  transactions.cancel(invite, now, out);
  drain(events);
  pass(31999ms);
  EXPECT_EQ(drain(events), Lines{});
  pass(1ms);
  EXPECT_EQ(drain(events), Lines{"timeout of #1"});
  EXPECT_EQ(transactions.counters().client_timeouts, 1U) << "the CANCEL does not count";
  expect_empty();
}

TEST_F(ClientSideTest, AFinalResponseIsFasterThanTheCancel) {
  const ClientId invite = send("INVITE").value();
  transactions.cancel(invite, now, out);
  receive(theirs("INVITE", 200), kBob);
  transactions.cancel(invite, now, out);
  EXPECT_EQ(drain(out), Lines{"INVITE > 192.0.2.20:5060"});
}

TEST_F(ClientSideTest, OnlyAnInviteIsCancelled) {
  const ClientId message = send("MESSAGE").value();
  receive(theirs("MESSAGE", 100), kBob);
  transactions.cancel(message, now, out);
  transactions.cancel(ClientId{99}, now, out);
  EXPECT_EQ(drain(out), Lines{"MESSAGE > 192.0.2.20:5060"});
}

TEST_F(ClientSideTest, ThereIsRoomForTheCancelsOfAFullTable) {
  const ClientId invite = send("INVITE").value();
  send("MESSAGE");
  receive(theirs("INVITE", 180), kBob);
  drain(out);
  transactions.cancel(invite, now, out);
  EXPECT_EQ(drain(out), Lines{"CANCEL > 192.0.2.20:5060"});
  EXPECT_EQ(transactions.client_count(), 3U);
}

}  // namespace
}  // namespace sipward::sip
