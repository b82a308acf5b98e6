// SPDX-License-Identifier: Apache-2.0
#include "sip/transactions.h"

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
using dialogue::udp;

TEST_F(TransactionsTest, TheSourceIsNotedInTheVia) {
  receive(request({.method = "OPTIONS", .via = "SIP/2.0/UDP pc.invalid;rport;branch=z9hG4bK-a1"}),
          udp("203.0.113.7:40001"));
  const auto& arrived = std::get<RequestArrived>(events.at(0));
  EXPECT_EQ(arrived.request.find(Field::kVia),
            "SIP/2.0/UDP pc.invalid;rport=40001;branch=z9hG4bK-a1;received=203.0.113.7");
}

TEST_F(TransactionsTest, BetweenTheElementsOfOneProcessTheViaStaysAsItIs) {
  receive(request({.method = "OPTIONS"}), internal());
  EXPECT_EQ(std::get<RequestArrived>(events.at(0)).request.find(Field::kVia),
            "SIP/2.0/UDP 203.0.113.7:5060;branch=z9hG4bK-a1;rport");
}

TEST_F(TransactionsTest, BetweenTheElementsOfOneProcessValuesPass) {
  send("MESSAGE", internal());
  ASSERT_EQ(out.size(), 1U);
  EXPECT_TRUE(std::holds_alternative<Message>(out[0].content));
  receive(theirs("MESSAGE", 200), internal());
  EXPECT_EQ(drain(events), Lines{"200 for #1"});
  expect_empty();
}

TEST_F(TransactionsTest, AMessageWithoutAViaGoesNowhere) {
  Message anonymous = request({.method = "MESSAGE"});
  anonymous.remove(Field::kVia);
  receive(std::move(anonymous));
  EXPECT_EQ(drain(events), Lines{});
  expect_empty();
}

}  // namespace
}  // namespace sipward::sip
