// SPDX-License-Identifier: Apache-2.0
// Rows whose user may be gone: silent for too long, or the address reported released (TS 33.203
// Annex Q's last attack).
#include <gtest/gtest.h>

#include "agent/pcscf/row_keeper.h"
#include "sip/headers.h"
#include "tests/pcscf/pcscf_lab.h"

namespace sipward::pcscf::test {
namespace {

using ims::EventKind;
using sip::Field;
using Trace = std::vector<std::string>;
using Verdict = ims::Tag::Verdict;

constexpr const char* kAt = "203.0.113.7:5060";
const sip::IpAddress kIp = *sip::IpAddress::parse("203.0.113.7");

std::size_t release(Lab& lab, std::optional<std::uint16_t> port = std::nullopt) {
  return lab.release({.ip = kIp, .port = port});
}

TEST(Release, MakesTheRowSuspectHereAndInTheKernel) {
  Lab lab;
  ASSERT_EQ(lab.register_phone({}), 200);
  const ims::KernelRow before = lab.kernel.at(lab.row(kAt)->key);
  EXPECT_FALSE(before.suspect);
  lab.forget();
  EXPECT_EQ(release(lab), 1U);
  EXPECT_EQ(lab.trace, (Trace{"install any 203.0.113.7"}));
  EXPECT_TRUE(lab.row(kAt)->suspect);
  const ims::KernelRow& after = lab.kernel.at(lab.row(kAt)->key);
  EXPECT_TRUE(after.suspect);
  EXPECT_EQ(after.binding, before.binding);
  EXPECT_EQ(after.epoch, before.epoch);
  EXPECT_EQ(after.expires, before.expires);
  ASSERT_EQ(lab.count(EventKind::kReleased), 1U);
  EXPECT_EQ(lab.events.back().impi, "alice_priv@home1.example");
}

TEST(Release, NextRegistrationClearsIt) {
  for (const char* name : {"alice", "bob"}) {
    Lab lab;
    ASSERT_EQ(lab.register_phone({}), 200);
    ASSERT_EQ(release(lab), 1U);
    ASSERT_EQ(lab.register_phone({.name = name, .source = kAt}), 200);
    EXPECT_FALSE(lab.row(kAt)->suspect) << name;
    EXPECT_FALSE(lab.kernel.at(lab.row(kAt)->key).suspect) << name;
    lab.forget();
    lab.send({}, kAt);
    EXPECT_EQ(values(*lab.last_to_core(), Field::kPAssertedIdentity),
              "<sip:" + std::string(name) + "@home1.example>");
  }
}

// Behind a NAT each port is another subscriber's.
TEST(Release, OfOnePortLeavesTheOthersAlone) {
  struct Row {
    const char* name;
    std::optional<std::uint16_t> port;
    std::size_t released;
    bool first;
    bool second;
  };
  for (const Row& row : {Row{"all", std::nullopt, 2, true, true}, Row{"one", 40001, 1, true, false},
                         Row{"none", 40003, 0, false, false}}) {
    Lab lab;
    for (const auto& [name, source] :
         {std::pair{"alice", "203.0.113.7:40001"}, {"bob", "203.0.113.7:40002"}}) {
      ASSERT_EQ(
          lab.register_phone({.name = name, .source = source, .via = "10.0.0.5:5060", .reg_id = 1}),
          200);
    }
    EXPECT_EQ(release(lab, row.port), row.released) << row.name;
    EXPECT_EQ(lab.row("203.0.113.7:40001")->suspect, row.first) << row.name;
    EXPECT_EQ(lab.row("203.0.113.7:40002")->suspect, row.second) << row.name;
  }
}

TEST(Release, OfAPortMeansTheWildcardRowMadeFromIt) {
  Lab lab;
  ASSERT_EQ(lab.register_phone({}), 200);
  EXPECT_EQ(release(lab, 5062), 0U);
  EXPECT_EQ(release(lab, 5060), 1U);
}

TEST(Release, UnknownAddressIsNoRow) {
  Lab lab;
  ASSERT_EQ(lab.register_phone({.source = "203.0.113.8:5060"}), 200);
  lab.forget();
  EXPECT_EQ(release(lab), 0U);
  EXPECT_TRUE(lab.trace.empty());
  EXPECT_TRUE(lab.events.empty());
}

TEST(Release, RowThatHasRunOutIsNotReleased) {
  Lab lab;
  ASSERT_EQ(lab.register_phone({}, {.expires = 60}), 200);
  lab.now += 61s;
  EXPECT_EQ(release(lab), 0U);
  EXPECT_TRUE(lab.kernel.empty());
}

TEST(Release, KernelThatRefusesLeavesItToTheTable) {
  Lab lab;
  ASSERT_EQ(lab.register_phone({}), 200);
  lab.kernel_refuses = true;
  EXPECT_EQ(release(lab), 1U);
  lab.forget();
  lab.send({}, kAt);
  EXPECT_TRUE(lab.trace.empty());
  EXPECT_EQ(lab.count(EventKind::kSuspect), 1U);
}

// The old tenant's lease ends while his successor's registration is on its way into the kernel.
TEST(Release, RegistrationThatIsBeingInstalledSaysMore) {
  Lab lab;
  ASSERT_EQ(lab.register_phone({}), 200);
  lab.kernel_waits = true;
  const sip::Message request = lab.send_register({.name = "bob", .source = kAt})->clone();
  lab.grant(request);
  EXPECT_EQ(release(lab), 0U);
  lab.kernel_answers();
  EXPECT_FALSE(lab.row(kAt)->suspect);
  EXPECT_EQ(lab.kernel.at(lab.row(kAt)->key).epoch, lab.row(kAt)->epoch);
}

class Refused : public testing::Test {
 protected:
  explicit Refused(const std::function<void(Config&)>& change = [](Config&) {}) : lab(change) {
    path = values(*lab.send_register({}), Field::kPath);
    const sip::Message request = lab.last_to_core()->clone();
    lab.grant(request);
    EXPECT_EQ(release(lab), 1U);
    lab.forget();
  }
  Lab lab;
  std::string path;
};

TEST_F(Refused, WhateverIsNoRegister) {
  for (const char* method : {"INVITE", "MESSAGE", "BYE", "ACK", "CANCEL"}) {
    lab.forget();
    lab.send({.method = method}, kAt);
    EXPECT_TRUE(lab.trace.empty()) << method;
    ASSERT_EQ(lab.events.size(), 1U) << method;
    EXPECT_EQ(lab.events[0].kind, EventKind::kSuspect) << method;
    EXPECT_EQ(lab.events[0].impi, "alice_priv@home1.example");
  }
}

TEST_F(Refused, RegisterIsAStrangers) {
  const sip::Message* request = lab.send_register({}, Phone{}.unanswered());
  ASSERT_NE(request, nullptr);
  EXPECT_EQ(values(*request, Field::kAuthorization).find("integrity-protected"), std::string::npos);
  EXPECT_EQ(lab.count(EventKind::kSuspect), 0U);
  const sip::Message copy = request->clone();
  lab.forget();
  lab.core_answers(copy, 401);
  EXPECT_EQ(lab.trace, (Trace{"challenged 203.0.113.7", "203.0.113.7:5060 401"}));
}

TEST_F(Refused, NothingIsDeliveredThere) {
  lab.from_core(CoreRequest{.route = path}.message());
  EXPECT_EQ(lab.status_at_core(), 430);
  EXPECT_TRUE(lab.to_ue.empty());
}

TEST(RefusedAloud, IfStrangersAre) {
  Lab lab([](Config& c) { c.unbound_action = UnboundAction::kForbid; });
  ASSERT_EQ(lab.register_phone({}), 200);
  release(lab);
  lab.send({}, kAt);
  EXPECT_EQ(lab.status_at(kAt), 403);
}

class Doubted : public Refused {
 protected:
  Doubted() : Refused([](Config& c) { c.suspect_action = SuspectAction::kDemandDigest; }) {}
};

TEST_F(Doubted, NothingIsAssertedAndTheServiceRouteIsKept) {
  lab.send({.headers = {"P-Preferred-Identity: <sip:alice@home1.example>",
                        "P-Asserted-Identity: <sip:alice@home1.example>"}},
           kAt);
  const sip::Message* sent = lab.last_to_core();
  ASSERT_NE(sent, nullptr);
  EXPECT_FALSE(sent->has(Field::kPAssertedIdentity));
  EXPECT_FALSE(sent->has(Field::kPPreferredIdentity));
  EXPECT_EQ(values(*sent, Field::kRoute), kServiceRoute);
  EXPECT_TRUE(sent->has(Field::kRecordRoute));
  EXPECT_EQ(lab.count(EventKind::kSuspect), 1U);
}

TEST_F(Doubted, DialogGoesOnByItsTokenAlone) {
  lab.send({}, kAt);
  const std::string route = values(*lab.last_to_core(), Field::kRecordRoute);
  lab.forget();
  lab.send({.method = "BYE", .to = "<sip:carol@home2.example>;tag=far", .cseq = 2}, kAt);
  EXPECT_EQ(lab.status_at(kAt), 403);
  EXPECT_TRUE(lab.to_core.empty());
  lab.send({.method = "BYE",
            .headers = {"Route: " + route},
            .to = "<sip:carol@home2.example>;tag=far",
            .cseq = 3},
           kAt);
  ASSERT_EQ(lab.to_core.size(), 1U);
  EXPECT_FALSE(lab.last_to_core()->has(Field::kPAssertedIdentity));
}

TEST_F(Doubted, AnswersAreNotAssertedEither) {
  lab.from_core(CoreRequest{.route = path}.message());
  ASSERT_NE(lab.last_to(kAt), nullptr);
  const sip::Message invite = lab.last_to(kAt)->clone();
  lab.ue_answers(kAt, invite, 200);
  EXPECT_EQ(lab.status_at_core(), 200);
  EXPECT_FALSE(lab.last_to_core()->has(Field::kPAssertedIdentity));
}

TEST(Silence, KernelsWordIsEnough) {
  for (const auto action : {SuspectAction::kRefuse, SuspectAction::kDemandDigest}) {
    Lab lab([&](Config& c) {
      c.tag_policy = ims::TagPolicy::kRequired;
      c.suspect_action = action;
    });
    lab.tag = ims::Tag{.verdict = Verdict::kAdmitted};
    ASSERT_EQ(lab.register_phone({}), 200);
    const FlowBinding* row = lab.row(kAt);
    lab.tag = ims::Tag{.verdict = Verdict::kSuspect,
                       .binding = static_cast<std::uint16_t>(row->id & 0xfff),
                       .epoch = static_cast<std::uint8_t>(row->epoch)};
    lab.forget();
    lab.send({}, kAt);
    const bool passes = action == SuspectAction::kDemandDigest;
    EXPECT_EQ(lab.to_core.size(), passes ? 1U : 0U);
    if (passes) {
      EXPECT_FALSE(lab.last_to_core()->has(Field::kPAssertedIdentity));
    }
    EXPECT_EQ(lab.count(EventKind::kSuspect), 1U);
    EXPECT_NE(lab.send_register({}), nullptr) << "and REGISTER passes";
  }
}

// Without a gate the table watches; three intervals of 30 s.
TEST(Silence, IsSeenByTheTableWhenThereIsNoGate) {
  struct Row {
    const char* name;
    sip::Duration silence;
    const char* via_params;
    bool suspect;
  };
  for (const Row& row : {Row{"in time", 90s, ";keep", false}, Row{"too long", 91s, ";keep", true},
                         Row{"promised nothing", 2000s, "", false}}) {
    Lab lab;
    ASSERT_EQ(lab.register_phone({.via_params = row.via_params}), 200);
    lab.advance(80s);
    lab.receive("\r\n\r\n", kAt);  // a keep-alive counts
    lab.advance(row.silence);
    lab.forget();
    lab.send({}, kAt);
    EXPECT_EQ(lab.to_core.empty(), row.suspect) << row.name;
    EXPECT_EQ(lab.count(EventKind::kSuspect), row.suspect ? 1U : 0U) << row.name;
    lab.send({}, kAt);
    EXPECT_EQ(lab.count(EventKind::kSuspect), row.suspect ? 2U : 0U) << "it stays " << row.name;
    ASSERT_EQ(lab.register_phone({.via_params = row.via_params}), 200);
    lab.forget();
    lab.send({}, kAt);
    EXPECT_EQ(lab.to_core.size(), 1U) << "registered again: " << row.name;
  }
}

}  // namespace
}  // namespace sipward::pcscf::test
