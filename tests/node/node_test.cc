// SPDX-License-Identifier: Apache-2.0
#include "agent/node/node.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "tests/node/lab.h"

namespace sipward::node {
namespace {

bool has_line(const Lab& lab, std::string_view part) {
  return std::any_of(lab.log_lines.begin(), lab.log_lines.end(),
                     [&](const std::string& line) { return line.find(part) != std::string::npos; });
}

class NodeOf : public testing::TestWithParam<Lab::Shape> {};

TEST_P(NodeOf, RegistersAndCarriesAMessageWithTheAssertedIdentity) {
  Lab lab(GetParam());
  Phone alice(lab, "alice", "127.0.0.2");
  Phone bob(lab, "bob", "127.0.0.3");
  ASSERT_EQ(alice.register_now(), 200);
  ASSERT_EQ(bob.register_now(), 200);
  alice.send(alice.message_to("sip:bob@home1.example"));
  const auto arrived = bob.next();
  ASSERT_TRUE(arrived && arrived->is_request());
  EXPECT_EQ(arrived->method_text(), "MESSAGE");
  EXPECT_EQ(arrived->find(sip::Field::kPAssertedIdentity), "<sip:alice@home1.example>");
  bob.answer(*arrived, 200);
  EXPECT_EQ(alice.next_status(), 200);
  EXPECT_EQ(lab.edge->ledger().count(ims::EventKind::kRegistered), 2U);
  EXPECT_EQ(lab.edge->counters().no_socket, 0U);
  EXPECT_EQ(lab.edge->counters().internal_dropped, 0U);
}

INSTANTIATE_TEST_SUITE_P(Shapes, NodeOf,
                         testing::Values(Lab::Shape::kOneNode, Lab::Shape::kTwoNodes),
                         [](const auto& shape) {
                           return shape.index == 0 ? "OneNode" : "TwoNodes";
                         });

TEST(Node, TheRowIsInTheMapBeforeThe200) {
  Lab lab;
  Phone alice(lab, "alice", "127.0.0.2");
  EXPECT_EQ(alice.register_now(), 200);
  EXPECT_EQ(lab.map->asked,
            (std::vector<std::string>{"reconcile", "challenged 127.0.0.2", "install any 127.0.0.2"}));
}

TEST(Node, AMapThatIsFullMakesTheRegistrationFail) {
  Lab lab;
  lab.map->full = true;
  Phone alice(lab, "alice", "127.0.0.2");
  EXPECT_EQ(alice.register_now(), 503);
  EXPECT_EQ(lab.edge->pcscf()->bindings().size(), 0U);
  EXPECT_EQ(lab.edge->ledger().count(ims::EventKind::kInstallFailed), 1U);
}

TEST(Node, RowsOfADeadProcessAreRemovedAndTheLogSaysSo) {
  Lab lab;
  lab.map->rows.push_back({.key = {.ip = *sip::IpAddress::parse("203.0.113.7")}});
  lab.edge->start();
  EXPECT_TRUE(lab.map->rows.empty());
  EXPECT_TRUE(has_line(lab, "1 nobody knows and are removed"));
}

TEST(Node, SilenceForWhoIsNotRegistered) {
  Lab lab;
  Phone alice(lab, "alice", "127.0.0.2");
  Phone mallory(lab, "mallory", "127.0.0.4");
  ASSERT_EQ(alice.register_now(), 200);
  mallory.send(mallory.message_to("sip:alice@home1.example"));
  ASSERT_TRUE(lab.until([&] { return lab.edge->ledger().count(ims::EventKind::kUnbound) == 1; }));
  EXPECT_TRUE(has_line(lab, "event=unbound flow=udp/127.0.0.4:"));
}

TEST(Node, ARegistrationThatRunsOutClosesTheDoor) {
  Lab lab(Lab::Shape::kOneNode, 1);
  Phone alice(lab, "alice", "127.0.0.2");
  ASSERT_EQ(alice.register_now(1), 200);
  ASSERT_EQ(lab.map->rows.size(), 1U);
  ASSERT_TRUE(lab.until([&] { return lab.map->rows.empty(); })) << "the timer was not armed";
  EXPECT_EQ(lab.edge->pcscf()->bindings().size(), 0U);
}

TEST(Node, TheOperatorCanEndABinding) {
  Lab lab;
  Phone alice(lab, "alice", "127.0.0.2");
  ASSERT_EQ(alice.register_now(), 200);
  const ims::BindingKey key{.ip = *sip::IpAddress::parse("127.0.0.2")};
  EXPECT_TRUE(lab.edge->remove_binding(key));
  EXPECT_FALSE(lab.edge->remove_binding(key));
  EXPECT_TRUE(lab.map->rows.empty());
}

TEST(Node, AReleasedAddressClosesTheDoor) {
  Lab lab;
  Phone alice(lab, "alice", "127.0.0.2");
  ASSERT_EQ(alice.register_now(), 200);
  const sip::IpAddress ip = *sip::IpAddress::parse("127.0.0.2");
  EXPECT_EQ(lab.edge->release({.ip = *sip::IpAddress::parse("127.0.0.3")}), 0U);
  EXPECT_EQ(lab.edge->release({.ip = ip}), 1U);
  EXPECT_TRUE(lab.map->rows.at(0).suspect);
  alice.send(alice.message_to("sip:alice@home1.example"));
  ASSERT_TRUE(lab.until([&] { return lab.edge->ledger().count(ims::EventKind::kSuspect) == 1; }));
  ASSERT_EQ(alice.register_now(), 200);
  EXPECT_FALSE(lab.map->rows.at(0).suspect);
}

TEST(Node, TheAnchorOfAnAdmittedRegisterGoesIntoItsRow) {
  Lab lab;
  lab.map->tag = ims::Tag{.verdict = ims::Tag::Verdict::kAdmitted, .seat = 5};
  lab.map->noted = ims::Anchor{.slot = 1};
  lab.map->notes = true;
  Phone alice(lab, "alice", "127.0.0.2");
  ASSERT_EQ(alice.register_now(), 200);
  EXPECT_EQ(lab.map->rows.at(0).anchor, lab.map->noted);
}

// The ring of seats went round before the packet was read.
TEST(Node, AnAdmittedRegisterWhoseSeatIsLostGoesWithoutATag) {
  struct Row {
    const char* name;
    ops::GateConfig::Mode mode;
    bool notes;
    bool read;
    std::uint64_t lost;
  };
  using enum ops::GateConfig::Mode;
  for (const Row& row : {Row{"enforce", kEnforce, true, false, 1},
                         Row{"enforce, no anchors", kEnforce, false, true, 0},
                         Row{"monitor", kMonitor, true, true, 0}}) {
    Lab lab(Lab::Shape::kOneNode, 60, row.mode);
    lab.map->tag = ims::Tag{.verdict = ims::Tag::Verdict::kAdmitted, .seat = 5};
    lab.map->notes = row.notes;
    Phone alice(lab, "alice", "127.0.0.2");
    alice.send(alice.register_text());
    const auto& ledger = lab.edge->ledger();
    ASSERT_TRUE(lab.until([&] {
      return ledger.count(ims::EventKind::kUnbound) + ledger.count(ims::EventKind::kChallenged) ==
             1;
    })) << row.name;
    EXPECT_EQ(ledger.count(ims::EventKind::kChallenged), row.read ? 1U : 0U) << row.name;
    EXPECT_EQ(lab.edge->counters().seats_lost, row.lost) << row.name;
  }
}

TEST(Node, WhatDoesNotParseOnTheCoreSideIsReportedAndNotAnswered) {
  Lab lab(Lab::Shape::kTwoNodes);
  Phone stranger(lab, "stranger", "127.0.0.4");
  const sip::Endpoint core = lab.edge->sockets().back()->local();
  net::asio::io_context& io = lab.io;
  auto bound = net::bind_udp({.ip = *sip::IpAddress::parse("127.0.0.5")}, {});
  ASSERT_TRUE(bound.ok());
  net::UdpSocket peer(io, std::move(*bound));
  peer.send(core, "no SIP at all\r\n\r\n");
  ASSERT_TRUE(lab.until([&] { return lab.edge->ledger().count(ims::EventKind::kMalformed) == 1; }));
  EXPECT_TRUE(has_line(lab, "event=malformed flow=udp/127.0.0.5:"));
}

}  // namespace
}  // namespace sipward::node
