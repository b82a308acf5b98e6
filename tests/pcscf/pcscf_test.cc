// SPDX-License-Identifier: Apache-2.0
// The two doors: what may come in on the access side, and what on the core side.
#include "agent/pcscf/pcscf.h"

#include <gtest/gtest.h>

#include "agent/ims/internal.h"
#include "sip/headers.h"
#include "tests/pcscf/pcscf_lab.h"

namespace sipward::pcscf::test {
namespace {

using ims::EventKind;
using sip::Field;
using Verdict = ims::Tag::Verdict;

constexpr const char* kAt = "203.0.113.7:5060";
constexpr const char* kStranger = "203.0.113.66:5060";

// T-35 and table 4.1, rows 8 and 9: not even 100 Trying.
TEST(Unbound, EverythingButRegisterIsDiscarded) {
  Lab lab;
  for (const char* method :
       {"INVITE", "MESSAGE", "OPTIONS", "SUBSCRIBE", "ACK", "BYE", "CANCEL", "TELEPORT"}) {
    lab.forget();
    lab.send({.method = method,
              .headers = {"Proxy-Authorization: " + Phone{}.answered(),
                          "P-Asserted-Identity: <sip:alice@home1.example>"}},
             kStranger);
    EXPECT_TRUE(lab.trace.empty()) << method;
    EXPECT_EQ(lab.count(EventKind::kUnbound), 1U) << method;
  }
  lab.receive(
      "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 198.51.100.10:5060;branch=z9hG4bKx\r\n"
      "From: <sip:a@b>;tag=1\r\nTo: <sip:c@d>;tag=2\r\nCall-ID: x\r\nCSeq: 1 INVITE\r\n\r\n",
      kStranger);
  EXPECT_TRUE(lab.trace.empty());
  EXPECT_FALSE(lab.pcscf().deadline()) << "nothing was kept";
}

TEST(Unbound, ForbidIsASetting) {
  Lab lab([](Config& c) { c.unbound_action = UnboundAction::kForbid; });
  lab.send({}, kStranger);
  EXPECT_EQ(lab.status_at(kStranger), 403);
  lab.forget();
  lab.send({.method = "ACK"}, kStranger);
  EXPECT_TRUE(lab.trace.empty()) << "an ACK is never answered";
  EXPECT_FALSE(lab.pcscf().deadline()) << "nothing was kept";
}

TEST(Unbound, RowSpeaksForItsKeyAlone) {
  Lab lab;
  ASSERT_EQ(lab.register_phone({.source = "203.0.113.7:40001", .reg_id = 1}), 200);
  lab.forget();
  for (const char* other : {"203.0.113.7:40002", "203.0.113.8:40001", "[2001:db8::7]:40001"}) {
    lab.send({}, other);
    EXPECT_TRUE(lab.to_core.empty()) << other;
  }
  sip::Flow tcp{.transport = sip::Transport::kTcp,
                .local = endpoint(kAccess),
                .remote = endpoint("203.0.113.7:40001")};
  EXPECT_EQ(lab.table().find(tcp, lab.now), nullptr) << "another flow (Annex N: per transport)";
}

TEST(Malformed, IsAnsweredOnlyToTheBound) {
  const std::string twice =
      "OPTIONS sip:x@y SIP/2.0\r\nVia: SIP/2.0/UDP 203.0.113.7:5060;branch=z9hG4bKm;rport\r\n"
      "From: <sip:a@b>;tag=1\r\nFrom: <sip:v@b>;tag=1\r\nTo: <sip:c@d>\r\nCall-ID: x\r\n"
      "CSeq: 1 OPTIONS\r\n\r\n";
  const std::string bad_contact =
      "OPTIONS sip:x@y SIP/2.0\r\nVia: SIP/2.0/UDP 203.0.113.7:5060;branch=z9hG4bKm;rport\r\n"
      "From: <sip:a@b>;tag=1\r\nTo: <sip:c@d>\r\nCall-ID: x\r\nCSeq: 1 OPTIONS\r\n"
      "Contact: <<>>\r\n\r\n";
  Lab lab;
  ASSERT_EQ(lab.register_phone({}), 200);
  lab.forget();
  for (const std::string& bytes : {twice, bad_contact}) {
    lab.receive(bytes, kStranger);
    EXPECT_TRUE(lab.trace.empty());
  }
  lab.receive(bad_contact, kAt);
  EXPECT_EQ(lab.status_at(kAt), 400);
  EXPECT_EQ(sip::top_via(*lab.last_to(kAt))->params.value("received"), "203.0.113.7");
  EXPECT_EQ(lab.count(EventKind::kMalformed), 3U);
  lab.receive(twice, kAt);
  EXPECT_TRUE(lab.to_core.empty());
}

TEST(Malformed, BranchFromBeforeRfc3261) {
  Lab lab;
  ASSERT_EQ(lab.register_phone({}), 200);
  lab.forget();
  lab.send({.branch = "1"}, kAt);
  EXPECT_EQ(lab.status_at(kAt), 400);
  EXPECT_TRUE(lab.to_core.empty());
}

TEST(KeepAlive, CrlfIsIgnoredAndStunIsAnswered) {
  Lab lab;
  for (const char* bytes : {"", "\r\n", "\r\n\r\n"}) lab.receive(bytes, kStranger);
  EXPECT_TRUE(lab.trace.empty());
  EXPECT_TRUE(lab.events.empty());

  const std::string binding_request(
      "\x00\x01\x00\x00\x21\x12\xa4\x42"
      "abcdefghijkl",
      20);
  ims::Actions actions;
  lab.pcscf().receive_access({.bytes = binding_request,
                              .flow = {.local = endpoint(kAccess), .remote = endpoint(kStranger)},
                              .tag = {}},
                             lab.now, actions);
  ASSERT_EQ(actions.size(), 1U);
  const auto& reply = std::get<ims::Send>(actions[0]).message;
  EXPECT_EQ(reply.flow.remote, endpoint(kStranger));
  EXPECT_EQ(std::get<std::string>(reply.content).substr(0, 2), std::string("\x01\x01"));
}

class TagRequired : public testing::Test {
 protected:
  TagRequired() : lab([](Config& c) { c.tag_policy = ims::TagPolicy::kRequired; }) {
    lab.tag = ims::Tag{.verdict = Verdict::kAdmitted};
    EXPECT_EQ(lab.register_phone({}), 200);
    lab.forget();
  }
  [[nodiscard]] ims::Tag right() const {
    const FlowBinding* row = lab.row(kAt);
    return {.verdict = Verdict::kBound,
            .binding = static_cast<std::uint16_t>(row->id & 0xfff),
            .epoch = static_cast<std::uint8_t>(row->epoch)};
  }
  Lab lab;
};

TEST_F(TagRequired, RightTagPasses) {
  lab.tag = right();
  lab.send({}, kAt);
  EXPECT_EQ(lab.to_core.size(), 1U);
  EXPECT_TRUE(lab.events.empty());
}

// T-17
TEST_F(TagRequired, AnyOtherTagIsNobodys) {
  std::vector<std::optional<ims::Tag>> wrong = {
      std::nullopt, ims::Tag{.verdict = Verdict::kUnbound}, ims::Tag{.verdict = Verdict::kAdmitted},
      right(), right()};
  ++wrong[3]->epoch;
  ++wrong[4]->binding;
  for (const auto& tag : wrong) {
    lab.forget();
    lab.tag = tag;
    lab.send({}, kAt);
    EXPECT_TRUE(lab.trace.empty());
    const bool stale = tag == wrong[3];
    EXPECT_EQ(lab.count(EventKind::kTagMismatch), stale ? 0U : 1U);
    EXPECT_EQ(lab.count(EventKind::kStaleEpoch), stale ? 1U : 0U);
  }
}

TEST_F(TagRequired, PacketFromBeforeAnOverwriteIsNobodys) {
  const ims::Tag old = right();
  lab.tag = old;
  ASSERT_EQ(lab.register_phone({.name = "bob", .source = kAt}), 200);
  lab.forget();
  lab.tag = old;
  lab.send({}, kAt);
  EXPECT_TRUE(lab.to_core.empty());
  EXPECT_EQ(lab.count(EventKind::kStaleEpoch), 1U);
  EXPECT_EQ(lab.count(EventKind::kTagMismatch), 0U);
  lab.tag = right();
  lab.send({}, kAt);
  ASSERT_EQ(lab.to_core.size(), 1U);
  EXPECT_EQ(values(*lab.last_to_core(), Field::kPAssertedIdentity), "<sip:bob@home1.example>");
}

TEST_F(TagRequired, RegisterNeedsToBeAdmitted) {
  const Phone bob{.name = "bob", .source = kStranger};
  for (const auto& tag :
       {std::optional<ims::Tag>{}, std::optional{ims::Tag{.verdict = Verdict::kUnbound}}}) {
    lab.tag = tag;
    EXPECT_EQ(lab.send_register(bob), nullptr);
  }
  lab.tag = ims::Tag{.verdict = Verdict::kAdmitted};
  EXPECT_NE(lab.send_register(bob), nullptr);
  lab.tag = right();
  ++lab.tag->epoch;
  const sip::Message* refresh = lab.send_register({}, Phone{}.unanswered());
  ASSERT_NE(refresh, nullptr);
  EXPECT_EQ(values(*refresh, Field::kAuthorization).find("ip-assoc-yes"), std::string::npos)
      << "a tag of another tenancy proves no association";
}

TEST(TagAdvisory, DifferenceIsReportedAndTheTableDecides) {
  Lab lab([](Config& c) { c.tag_policy = ims::TagPolicy::kAdvisory; });
  lab.tag = ims::Tag{.verdict = Verdict::kUnbound};
  ASSERT_EQ(lab.register_phone({}), 200);
  lab.forget();
  lab.send({}, kAt);
  EXPECT_EQ(lab.to_core.size(), 1U);
  EXPECT_EQ(lab.count(EventKind::kTagMismatch), 1U);
}

// T-31
TEST(CoreDoor, OnlyConfiguredPeersAreTheCore) {
  Lab lab([](Config& c) { c.core_peers = {*sip::IpAddress::parse("10.0.0.3")}; });
  const std::string path = values(*lab.send_register({}), Field::kPath);
  const sip::Message request = lab.last_to_core()->clone();
  lab.grant(request);
  lab.forget();
  lab.from_core(CoreRequest{.route = path}.message(), "10.0.0.66:5060");
  EXPECT_TRUE(lab.trace.empty());
  EXPECT_EQ(lab.count(EventKind::kNotACorePeer), 1U);
  lab.from_core(CoreRequest{.route = path}.message(), "10.0.0.3:5070");
  EXPECT_NE(lab.last_to(kAt), nullptr);
}

TEST(CoreDoor, AccessSideIsNeverTheCore) {
  Lab lab;
  const std::string path = values(*lab.send_register({}), Field::kPath);
  const sip::Message request = lab.last_to_core()->clone();
  lab.grant(request);
  ASSERT_EQ(lab.register_phone({.name = "bob", .source = "203.0.113.8:5060"}), 200);
  lab.forget();
  const std::vector<std::string> forged = {"Route: " + path,
                                           "P-Asserted-Identity: <sip:alice@home1.example>"};
  lab.send({.headers = forged}, kStranger);
  lab.send({.headers = forged}, "10.0.0.2:5060");
  EXPECT_TRUE(lab.trace.empty()) << "not even from the core's own address";
  lab.send({.headers = forged}, "203.0.113.8:5060");
  EXPECT_EQ(lab.last_to(kAt), nullptr);
  ASSERT_EQ(lab.to_core.size(), 1U);
  EXPECT_EQ(values(*lab.last_to_core(), Field::kPAssertedIdentity), "<sip:bob@home1.example>");
}

TEST(CoreDoor, RegistersOfTheCoreGoNowhere) {
  Lab lab;
  lab.from_core(CoreRequest{.method = "REGISTER"}.message());
  EXPECT_EQ(lab.status_at_core(), 404);
  EXPECT_TRUE(lab.to_ue.empty());
}

// One process: messages as values.
TEST(Embedded, MessagesToTheCoreAreValues) {
  Config config;
  config.name = "pcscf1.home1.example";
  config.core = ims::pcscf_to_scscf();
  config.listeners = {endpoint(kAccess)};
  config.visited_network = "home1.example";
  Pcscf pcscf(std::move(config), seeded(1));
  Lab writer;
  const std::string text = writer.send(Phone{}.request(Phone{}.answered()), kAt);
  ims::Actions actions;
  const sip::Time now(1h);
  pcscf.receive_access(
      {.bytes = text, .flow = {.local = endpoint(kAccess), .remote = endpoint(kAt)}, .tag = {}},
      now, actions);
  ASSERT_EQ(actions.size(), 1U);
  const auto& sent = std::get<ims::Send>(actions[0]).message;
  EXPECT_EQ(sent.flow, ims::pcscf_to_scscf());
  const auto* request = std::get_if<sip::Message>(&sent.content);
  ASSERT_NE(request, nullptr);

  sip::Message ok = sip::make_response(*request, 200, "s1");
  add_lines(ok, {"Contact: " + Phone{}.contact_value() + ";expires=60",
                 "P-Associated-URI: <sip:alice@home1.example>"});
  ims::Actions next;
  pcscf.receive_core(std::move(ok), ims::pcscf_to_scscf(), now, next);
  ASSERT_EQ(next.size(), 1U);
  EXPECT_TRUE(std::holds_alternative<ims::Install>(next[0]));
}

}  // namespace
}  // namespace sipward::pcscf::test
