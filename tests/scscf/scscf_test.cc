// SPDX-License-Identifier: Apache-2.0
// The role as a whole: who may talk to it, look-ups that are late, limits.
#include "agent/scscf/scscf.h"

#include <gtest/gtest.h>

#include "sip/headers.h"
#include "tests/scscf/role.h"

namespace sipward::scscf::test {
namespace {

using ims::EventKind;
using Status = Scscf::LookupStatus;

TEST(Peers, StrangersAreDiscardedAndReported) {
  Role role(
      [](Config& config) { config.trusted_peers = {*sip::IpAddress::parse("198.51.100.30")}; });
  const auto from = [&](const char* remote) {
    return sip::Flow{.local = role.config.local, .remote = *sip::Endpoint::parse(remote)};
  };
  role.receive(text_of(Register{}), from("198.51.100.66:5060"));
  EXPECT_TRUE(role.sent.empty());
  ASSERT_EQ(role.count(EventKind::kNotACorePeer), 1U);
  EXPECT_EQ(role.events[0].flow.remote.text(), "198.51.100.66:5060") << "the packet's source";
  EXPECT_EQ(role.events[0].detail, "REGISTER");

  role.receive(text_of(Register{}), from("198.51.100.30:5060"));
  EXPECT_EQ(role.status(), 401);
  role.receive(text_of(Register{}), from("198.51.100.99:5060"));
  EXPECT_EQ(role.count(EventKind::kNotACorePeer), 1U) << "the next hop is a core element";
}

TEST(Peers, ResponsesOfStrangersAreDiscardedToo) {
  Role role;
  ASSERT_TRUE(register_alice(role));
  role.sent.clear();
  role.receive(text_of(Request{}));
  ASSERT_EQ(role.forwarded().size(), 1U);
  const auto via = sip::top_via(role.forwarded()[0]->message);
  const std::string answer = "SIP/2.0 200 OK\r\nVia: " + via->text() +
                             "\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:c@d>;tag=2\r\nCall-ID: x\r\n"
                             "CSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n";
  role.receive(answer,
               {.local = role.config.local, .remote = *sip::Endpoint::parse("198.51.100.66:5060")});
  EXPECT_EQ(role.count(EventKind::kNotACorePeer), 1U);
}

TEST(Peers, BranchFromBeforeRfc3261IsIgnored) {
  Role role;
  std::string text = text_of(Register{});
  text.replace(text.find("z9hG4bKp"), 8, "old");
  role.receive(text);
  EXPECT_TRUE(role.sent.empty());
  EXPECT_EQ(role.count(EventKind::kMalformed), 1U);
}

TEST(Lookups, NothingHappensUntilTheAnswer) {
  Role role;
  role.hold_lookups = true;
  role.receive(text_of(Register{}));
  EXPECT_EQ(role.status(), 0);
  ASSERT_EQ(role.lookups.size(), 1U);
  EXPECT_EQ(std::get<ims::Impu>(role.lookups[0].by).text(), kAlice);
  role.answer_next();
  EXPECT_EQ(role.status(), 401);
}

TEST(Lookups, AreByTheUsernameWhenThereIsOne) {
  Role role;
  role.hold_lookups = true;
  role.receive(text_of(Register{.authorization = credentials_for("n", {.impi = kBobImpi})}));
  EXPECT_EQ(std::get<ims::Impi>(role.lookups.at(0).by).text, kBobImpi);
}

TEST(Lookups, UnavailableStoreIsNeverAnAccept) {
  Role role([](Config& config) { config.proxy_auth = ProxyAuth::kInitial; });
  ASSERT_TRUE(register_alice(role));
  role.receive(text_of(Request{}));
  const std::string nonce = challenges_of(role.response()).at(0).nonce;
  const UeAnswer invite{.method = "INVITE", .uri = kCarol, .nc = "00000002"};
  role.hold_lookups = true;
  for (const std::string& text :
       {text_of(Register{}), text_of(Register{.authorization = credentials_for(nonce, {})}),
        text_of(Request{}), text_of(Request{.credentials = credentials_for(nonce, invite)}),
        text_of(Request{.uri = "sip:dave@home1.example", .asserted = "", .route = ""})}) {
    role.sent.clear();
    role.receive(text);
    role.answer_next(Status::kUnavailable);
    EXPECT_EQ(role.status(), 504);
    EXPECT_TRUE(role.forwarded().empty());
  }
}

TEST(Lookups, AnswerToNobodyIsIgnored) {
  Role role;
  ims::Actions actions;
  role.scscf->found(ims::Ticket{77}, {.status = Status::kFound}, role.now, actions);
  EXPECT_TRUE(actions.empty());
}

TEST(Lookups, AreLimited) {
  Role role([](Config& config) { config.max_pending_lookups = 2; });
  role.hold_lookups = true;
  role.receive(text_of(Register{.call_id = "1"}));
  role.receive(text_of(Register{.call_id = "2"}));
  EXPECT_EQ(role.status(), 0);
  role.receive(text_of(Register{.call_id = "3"}));
  EXPECT_EQ(role.status(), 503);
  EXPECT_TRUE(role.response().has(sip::Field::kRetryAfter));
  EXPECT_EQ(role.count(EventKind::kOverload), 1U);
  role.answer_next();
  role.receive(text_of(Register{.call_id = "4"}));
  EXPECT_EQ(role.count(EventKind::kOverload), 1U) << "there is room again";
}

TEST(Lookups, AnswerThatComesTooLateFindsNobody) {
  Role role([](Config& config) { config.max_pending_lookups = 1; });
  role.hold_lookups = true;
  role.receive(text_of(Register{}));
  role.advance(std::chrono::seconds(60));  // 64*T1 is over: the proxy has ended the request
  role.sent.clear();
  role.answer_next();
  EXPECT_TRUE(role.sent.empty());
  role.receive(text_of(Register{}));
  EXPECT_EQ(role.count(EventKind::kOverload), 0U) << "the late one holds no place";
}

TEST(Nonces, NodesThatShareTheKeyAcceptEachOthers) {
  Role one;
  Role two;
  Role other([](Config&) {}, std::string(32, 'x'));
  one.receive(text_of(Register{}));
  for (Role* role : {&two, &other}) role->receive(text_of(Register{}));  // both are running
  const std::string nonce = challenges_of(one.response()).at(0).nonce;
  two.receive(text_of(Register{.authorization = credentials_for(nonce, {})}));
  EXPECT_EQ(two.status(), 200);
  other.receive(text_of(Register{.authorization = credentials_for(nonce, {})}));
  EXPECT_EQ(other.status(), 401);
  EXPECT_TRUE(challenges_of(other.response()).at(0).stale);
}

TEST(Overload, FullNonceTableAsksToWait) {
  Role role([](Config& config) { config.max_tracked_nonces = 1; });
  ASSERT_TRUE(register_alice(role));
  EXPECT_FALSE(register_bob(role));
  EXPECT_EQ(role.status(), 503);
  EXPECT_EQ(role.count(EventKind::kOverload), 1U);
  role.advance(role.config.nonce_lifetime + std::chrono::seconds(1));
  EXPECT_TRUE(register_bob(role));
}

TEST(Responses, PassBackToTheUesPcscf) {
  Role role;
  ASSERT_TRUE(register_alice(role));
  role.sent.clear();
  role.receive(text_of(Request{.method = "MESSAGE"}));
  ASSERT_EQ(role.forwarded().size(), 1U);
  const sip::Message answer = sip::make_response(role.forwarded()[0]->message, 202, "t2");
  ims::Actions actions;
  role.scscf->receive(answer.clone(), role.forwarded()[0]->flow, role.now, actions);
  ASSERT_EQ(actions.size(), 1U);
  const auto& out = std::get<ims::Send>(actions[0]).message;
  EXPECT_EQ(out.flow, ims::scscf_to_pcscf());
  EXPECT_EQ(std::get<sip::Message>(out.content).status(), 202);
  EXPECT_EQ(std::get<sip::Message>(out.content).count(sip::Field::kVia), 2U);
}

TEST(Deadline, IsTheNextThatRunsOut) {
  Role role;
  EXPECT_FALSE(role.scscf->deadline());
  ASSERT_TRUE(register_alice(role));
  ASSERT_TRUE(role.scscf->deadline());
  EXPECT_LE(*role.scscf->deadline(), role.now + std::chrono::hours(1));
  role.advance(std::chrono::hours(2));
  EXPECT_FALSE(role.scscf->deadline());
}

}  // namespace
}  // namespace sipward::scscf::test
