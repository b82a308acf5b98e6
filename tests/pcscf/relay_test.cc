// SPDX-License-Identifier: Apache-2.0
#include "agent/pcscf/relay.h"

#include <gtest/gtest.h>

#include "sip/headers.h"
#include "sip/reader.h"
#include "tests/pcscf/pcscf_lab.h"

namespace sipward::pcscf {
namespace {

sip::Message request(const std::string& method, const std::string& via) {
  sip::Message message = sip::Message::request(method, *sip::parse_uri("sip:a@b"));
  test::add_lines(message, {"Via: " + via, "From: <sip:x@y>;tag=1", "To: <sip:a@b>", "Call-ID: c",
                            "CSeq: 1 " + method});
  return message;
}

const sip::Flow kFlow{.local = test::endpoint("198.51.100.10:5060"),
                      .remote = test::endpoint("203.0.113.7:40001")};

TEST(MakeRefusal, CarriesReasonHeaderAndTag) {
  const sip::Message refusal = make_refusal(
      request("INVITE", "SIP/2.0/UDP h;branch=z9hG4bK1"),
      {.status = 421, .reason = "Why Not", .field = sip::Field::kRequire, .value = "outbound"},
      "t1");
  EXPECT_EQ(refusal.status(), 421);
  EXPECT_EQ(refusal.reason(), "Why Not");
  EXPECT_EQ(sip::to_tag(refusal), "t1");
  EXPECT_EQ(test::values(refusal, sip::Field::kRequire), "outbound");
  EXPECT_EQ(make_refusal(refusal, {.status = 503}, {}).reason(), "Service Unavailable");
}

// RFC 3581 4, TS 24.229 F.4.2, RFC 3261 18.2.2
TEST(AnswerStatelessly, GoesBackToTheSource) {
  const struct {
    const char* via;
    const char* to;
    const char* rport;
  } rows[] = {
      {"SIP/2.0/UDP 10.0.0.5:5060;branch=z9hG4bK1;rport", "203.0.113.7:40001", "40001"},
      {"SIP/2.0/UDP 10.0.0.5:5070;branch=z9hG4bK1", "203.0.113.7:5070", ""},
      {"SIP/2.0/UDP 10.0.0.5;branch=z9hG4bK1;received=192.0.2.1", "203.0.113.7:5060", ""},
  };
  for (const auto& row : rows) {
    ims::Actions actions;
    Turn turn(sip::Time{}, actions);
    answer_statelessly(make_refusal(request("OPTIONS", row.via), {.status = 403}, "t"), kFlow,
                       turn);
    ASSERT_EQ(actions.size(), 1U);
    const auto& sent = std::get<ims::Send>(actions[0]).message;
    EXPECT_EQ(sent.flow.remote, test::endpoint(row.to)) << row.via;
    EXPECT_EQ(sent.flow.local, kFlow.local);
    const auto read = sip::parse_message(std::get<std::string>(sent.content));
    ASSERT_TRUE(read.ok());
    const auto via = sip::top_via(*read);
    EXPECT_EQ(via->params.value("received"), "203.0.113.7");
    EXPECT_EQ(via->params.value("rport").value_or(""), row.rport);
  }
}

TEST(Relay, StatelessRefusalKeepsNothing) {
  Relay relay({}, test::seeded(1));
  ims::Actions actions;
  Turn turn(sip::Time{}, actions);
  relay.receive(request("REGISTER", "SIP/2.0/UDP 203.0.113.7:40001;branch=z9hG4bK1;rport"), kFlow,
                turn);
  auto event = relay.next_event();
  ASSERT_TRUE(event);
  relay.refuse_statelessly(std::get<sip::ProxyRequest>(*event), {.status = 503}, turn);
  EXPECT_EQ(actions.size(), 1U);
  relay.receive(request("REGISTER", "SIP/2.0/UDP 203.0.113.7:40001;branch=z9hG4bK1;rport"), kFlow,
                turn);
  event = relay.next_event();
  ASSERT_TRUE(event) << "a retransmission is a new request: no transaction absorbed it";
  EXPECT_TRUE(std::holds_alternative<sip::ProxyRequest>(*event));
}

TEST(Relay, RefusalIsRepeatedToARetransmission) {
  Relay relay({}, test::seeded(1));
  ims::Actions actions;
  Turn turn(sip::Time{}, actions);
  const auto receive = [&] {
    relay.receive(request("OPTIONS", "SIP/2.0/UDP 203.0.113.7:40001;branch=z9hG4bK1;rport"), kFlow,
                  turn);
  };
  receive();
  relay.refuse(std::get<sip::ProxyRequest>(*relay.next_event()), {.status = 403}, turn);
  receive();
  EXPECT_FALSE(relay.next_event());
  ASSERT_EQ(actions.size(), 2U);
  EXPECT_EQ(std::get<std::string>(std::get<ims::Send>(actions[0]).message.content),
            std::get<std::string>(std::get<ims::Send>(actions[1]).message.content));
}

TEST(Relay, AckIsNeverRefused) {
  Relay relay({}, test::seeded(1));
  ims::Actions actions;
  Turn turn(sip::Time{}, actions);
  relay.receive(request("ACK", "SIP/2.0/UDP 203.0.113.7:40001;branch=z9hG4bK1"), kFlow, turn);
  auto event = relay.next_event();
  ASSERT_TRUE(event);
  relay.refuse(std::get<sip::ProxyRequest>(*event), {.status = 403}, turn);
  EXPECT_TRUE(actions.empty());
}

}  // namespace
}  // namespace sipward::pcscf
