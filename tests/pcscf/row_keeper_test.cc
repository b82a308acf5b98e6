// SPDX-License-Identifier: Apache-2.0
// From the 200 OK to the row: TS 24.229 5.2.2.1 and 5.2.5.1, TS 33.203 N.2 and Annex Q.
#include "agent/pcscf/row_keeper.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "sip/headers.h"
#include "tests/pcscf/pcscf_lab.h"

namespace sipward::pcscf::test {
namespace {

using ims::EventKind;
using sip::Field;
using Trace = std::vector<std::string>;

constexpr const char* kAt = "203.0.113.7:5060";

Phone alice() { return {}; }
Phone bob(std::string source = kAt) { return {.name = "bob", .source = std::move(source)}; }

std::vector<std::string> identities(const FlowBinding& row) {
  std::vector<std::string> all;
  for (const auto& identity : row.identities) all.push_back(identity.impu.text());
  return all;
}

TEST(Row, IsInTheKernelBeforeTheOkLeaves) {
  Lab lab;
  lab.kernel_waits = true;
  const sip::Message request = lab.send_register(alice())->clone();
  lab.forget();
  lab.grant(request);
  EXPECT_EQ(lab.trace, (Trace{"install any 203.0.113.7"}));
  EXPECT_EQ(lab.row(kAt), nullptr) << "not yet";
  lab.kernel_answers();
  EXPECT_EQ(lab.trace, (Trace{"install any 203.0.113.7", "203.0.113.7:5060 200"}));
  const FlowBinding* row = lab.row(kAt);
  ASSERT_NE(row, nullptr);
  EXPECT_EQ(lab.kernel.at(row->key).binding, row->id);
  EXPECT_EQ(lab.kernel.at(row->key).epoch, row->epoch);
  EXPECT_EQ(lab.kernel.at(row->key).expires, row->expires);
  EXPECT_EQ(lab.count(EventKind::kRegistered), 1U);
}

TEST(Row, HoldsWhatTheOkSays) {
  Lab lab;
  Granting granting{.expires = 600,
                    .identities = {"\"Alice\" <sip:alice@home1.example>", "<tel:+15551000>",
                                   "<sip:+15551000@home1.example;user=phone>"},
                    .service_route = {"<sip:orig@scscf1.home1.example;lr>", "<sip:as.example;lr>"}};
  ASSERT_EQ(lab.register_phone(alice(), granting), 200);
  const FlowBinding* row = lab.row(kAt);
  EXPECT_EQ(row->impi.text, "alice_priv@home1.example");
  EXPECT_EQ(identities(*row), (std::vector<std::string>{"sip:alice@home1.example", "tel:+15551000",
                                                        "tel:+15551000"}));
  EXPECT_EQ(row->defaults, (std::vector<std::size_t>{0}));
  EXPECT_EQ(row->identities[0].asserted.display_name, "Alice");
  ASSERT_EQ(row->service_route.size(), 2U);
  EXPECT_EQ(row->service_route[1].uri.host, "as.example");
  EXPECT_EQ(row->expires, lab.now + 600s);
  EXPECT_EQ(row->sent_by, kAt);
}

TEST(Row, RefreshKeepsIdAndEpochAndReplacesTheRest) {
  Lab lab;
  ASSERT_EQ(lab.register_phone(alice()), 200);
  const FlowBinding before = *lab.row(kAt);
  lab.advance(100s);
  ASSERT_EQ(
      lab.register_phone(alice(), {.expires = 60,
                                   .identities = {"<tel:+15551000>", "<sip:alice@home1.example>"},
                                   .service_route = {}}),
      200);
  const FlowBinding* row = lab.row(kAt);
  EXPECT_EQ(row->id, before.id);
  EXPECT_EQ(row->epoch, before.epoch);
  EXPECT_EQ(row->created, before.created);
  EXPECT_EQ(row->expires, lab.now + 60s);
  EXPECT_EQ(identities(*row),
            (std::vector<std::string>{"tel:+15551000", "sip:alice@home1.example"}));
  EXPECT_TRUE(row->service_route.empty()) << "absent in the 200: forgotten (RFC 3608 6.1)";
  EXPECT_EQ(lab.count(EventKind::kRefreshed), 1U);
  EXPECT_EQ(lab.table().size(), 1U);
}

TEST(Row, KernelRefusalIsAnswered503AndNothingIsRegistered) {
  Lab lab;
  lab.kernel_refuses = true;
  EXPECT_EQ(lab.register_phone(alice()), 503);
  EXPECT_TRUE(lab.last_to(kAt)->has(Field::kRetryAfter));
  EXPECT_FALSE(lab.last_to(kAt)->has(Field::kServiceRoute));
  EXPECT_EQ(lab.row(kAt), nullptr);
  EXPECT_EQ(lab.count(EventKind::kInstallFailed), 1U);
  EXPECT_EQ(lab.count(EventKind::kRegistered), 0U);
  lab.kernel_refuses = false;
  EXPECT_EQ(lab.register_phone(alice()), 200);
}

TEST(Row, RefusedRefreshLeavesTheOldRow) {
  Lab lab;
  ASSERT_EQ(lab.register_phone(alice()), 200);
  const sip::Time expires = lab.row(kAt)->expires;
  lab.advance(10s);
  lab.kernel_refuses = true;
  EXPECT_EQ(lab.register_phone(alice()), 503);
  ASSERT_NE(lab.row(kAt), nullptr);
  EXPECT_EQ(lab.row(kAt)->expires, expires);
}

TEST(Row, RefusedOverwriteStillEndsTheOldTenant) {
  Lab lab;
  ASSERT_EQ(lab.register_phone(alice()), 200);
  lab.kernel_refuses = true;
  EXPECT_EQ(lab.register_phone(bob()), 503);
  EXPECT_EQ(lab.row(kAt), nullptr);
  EXPECT_TRUE(lab.kernel.empty());
}

// T-1
TEST(Overwrite, ReplacesTheRowInOneStep) {
  Lab lab;
  ASSERT_EQ(lab.register_phone(alice()), 200);
  const FlowBinding before = *lab.row(kAt);
  lab.forget();
  ASSERT_EQ(lab.register_phone(bob()), 200);
  const FlowBinding* row = lab.row(kAt);
  EXPECT_EQ(row->impi.text, "bob_priv@home1.example");
  EXPECT_EQ(row->epoch, before.epoch + 1);
  EXPECT_NE(row->id, before.id);
  EXPECT_EQ(identities(*row), (std::vector<std::string>{"sip:bob@home1.example"}));
  EXPECT_EQ(lab.trace, (Trace{"core REGISTER", "install any 203.0.113.7", "203.0.113.7:5060 200"}));
  ASSERT_EQ(lab.count(EventKind::kOverwritten), 1U);
  EXPECT_NE(lab.events.back().detail.find("was alice_priv"), std::string::npos);
  EXPECT_EQ(lab.count(EventKind::kSharedAddress), 0U) << "same port: one after the other";
}

// T-15
TEST(Overwrite, OrderOfTheOksDecides) {
  Lab lab;
  ASSERT_EQ(lab.register_phone(alice()), 200);
  const std::uint32_t epoch = lab.row(kAt)->epoch;
  const sip::Message bobs = lab.send_register(bob())->clone();
  const sip::Message daves = lab.send_register({.name = "dave", .source = kAt})->clone();
  lab.kernel_waits = true;
  lab.grant(daves, {.identities = {"<sip:dave@home1.example>", "<tel:+15554>"}});
  lab.grant(bobs);
  lab.kernel_answers();
  lab.kernel_answers();
  const FlowBinding* row = lab.row(kAt);
  EXPECT_EQ(row->impi.text, "bob_priv@home1.example");
  EXPECT_EQ(row->epoch, epoch + 2);
  EXPECT_EQ(identities(*row), (std::vector<std::string>{"sip:bob@home1.example"}));
  EXPECT_EQ(lab.kernel.at(row->key).epoch, row->epoch);
}

// T-3
TEST(Moves, SameFlowOfRfc5626RetiresItsOldRowFirst) {
  Lab lab;
  const Phone before{.source = "203.0.113.7:40001", .via = "10.0.0.5:5060", .reg_id = 1};
  Phone after = before;
  after.source = "203.0.113.7:40055";
  ASSERT_EQ(lab.register_phone(before), 200);
  lab.forget();
  ASSERT_EQ(lab.register_phone(after), 200);
  EXPECT_EQ(lab.trace, (Trace{"core REGISTER", "withdraw udp 203.0.113.7:40001",
                              "install udp 203.0.113.7:40055", "203.0.113.7:40055 200"}));
  EXPECT_EQ(lab.row("203.0.113.7:40001"), nullptr);
  EXPECT_EQ(lab.count(EventKind::kRebound), 1U);
}

TEST(Moves, PortOverwriteLeavesOtherPortsAlone) {
  Lab lab;
  const auto behind_nat = [](const char* name, const char* source) {
    return Phone{.name = name, .source = source, .via = "10.0.0.5:5060", .reg_id = 1};
  };
  ASSERT_EQ(lab.register_phone(behind_nat("alice", "203.0.113.7:40001")), 200);
  ASSERT_EQ(lab.register_phone(behind_nat("carol", "203.0.113.7:40002")), 200);
  ASSERT_EQ(lab.register_phone(behind_nat("bob", "203.0.113.7:40001")), 200);
  EXPECT_EQ(lab.row("203.0.113.7:40001")->impi.text, "bob_priv@home1.example");
  EXPECT_EQ(lab.row("203.0.113.7:40002")->impi.text, "carol_priv@home1.example");
  EXPECT_EQ(lab.count(EventKind::kSharedAddress), 0U) << "ports keep them apart";
}

TEST(Moves, TwoFlowsOfOneUeStandBesideEachOther) {
  Lab lab;
  const Phone first{.source = "203.0.113.7:5060", .reg_id = 1};
  const Phone second{.source = "198.18.0.7:5060", .contact = kAt, .reg_id = 2};
  ASSERT_EQ(lab.register_phone(first), 200);
  const Granting both{.contacts = {{first.contact_value() + ";expires=3600",
                                    second.contact_value() + ";expires=3600"}}};
  ASSERT_EQ(lab.register_phone(second, both), 200);
  EXPECT_NE(lab.row(first.source), nullptr);
  EXPECT_NE(lab.row(second.source), nullptr);
}

TEST(Moves, WithoutOutboundTheSameCallIdOrContactMeansTheUeMoved) {
  for (const bool same_call_id : {true, false}) {
    Lab lab;
    ASSERT_EQ(lab.register_phone(alice()), 200);
    Phone moved{.source = "203.0.113.8:5060"};
    if (!same_call_id) moved.call_id = "other";
    if (!same_call_id) moved.contact = kAt;
    const Granting both{.contacts = {{alice().contact_value() + ";expires=3600",
                                      moved.contact_value() + ";expires=3600"}}};
    ASSERT_EQ(lab.register_phone(moved, both), 200);
    EXPECT_EQ(lab.row(kAt), nullptr) << same_call_id;
    EXPECT_NE(lab.row(moved.source), nullptr);
  }
}

TEST(Moves, ContactThatTheOkNoLongerListsHasEnded) {
  Lab lab;
  ASSERT_EQ(lab.register_phone(alice()), 200);
  ASSERT_EQ(lab.register_phone({.source = "203.0.113.8:5060", .call_id = "other"}), 200);
  EXPECT_EQ(lab.row(kAt), nullptr) << "replaced at the registrar";
  EXPECT_EQ(lab.count(EventKind::kDeregistered), 1U);
}

TEST(Ipv6, RowsAreKeyedByTheAddress) {
  Lab lab([](Config& c) { c.listeners.push_back(endpoint("[2001:db8::10]:5060")); });
  const Phone carol{.name = "carol", .source = "[2001:db8::7]:5060"};
  ASSERT_EQ(lab.register_phone(carol), 200);
  EXPECT_EQ(lab.row(carol.source)->key.text(), "any 2001:db8::7");
}

TEST(DeRegister, ClosesTheDoorBeforeItIsConfirmed) {
  Lab lab;
  ASSERT_EQ(lab.register_phone(alice()), 200);
  lab.forget();
  const sip::Message request = lab.send_register(alice(), alice().answered(), 0)->clone();
  EXPECT_NE(lab.row(kAt), nullptr) << "the request alone ends nothing";
  lab.grant(request, {.expires = 0});
  EXPECT_EQ(lab.trace,
            (Trace{"core REGISTER", "withdraw any 203.0.113.7", "203.0.113.7:5060 200"}));
  EXPECT_EQ(lab.row(kAt), nullptr);
  EXPECT_EQ(lab.count(EventKind::kDeregistered), 1U);
}

TEST(DeRegister, StarEndsEveryRowOfTheIdentity) {
  Lab lab;
  const Phone first{.source = kAt, .reg_id = 1};
  const Phone second{.source = "198.18.0.7:5060", .contact = kAt, .reg_id = 2};
  ASSERT_EQ(lab.register_phone(first), 200);
  ASSERT_EQ(lab.register_phone(second, {.contacts = {{first.contact_value() + ";expires=60",
                                                      second.contact_value() + ";expires=60"}}}),
            200);
  UeRequest star{.method = "REGISTER", .uri = "sip:home1.example"};
  star.to = star.from = "<sip:alice@home1.example>";
  star.headers = {"Contact: *", "Expires: 0", "Authorization: " + alice().answered()};
  lab.send(star, kAt);
  const sip::Message request = lab.last_to_core()->clone();
  lab.grant(request, {.expires = 0});
  EXPECT_EQ(lab.table().size(), 0U);
  EXPECT_TRUE(lab.kernel.empty());
}

TEST(DeRegister, OneOfTwoIdentitiesLeavesTheOther) {
  Lab lab;
  Phone work = alice();
  work.to = "<sip:alice.work@home1.example>";
  ASSERT_EQ(lab.register_phone(alice()), 200);
  ASSERT_EQ(lab.register_phone(work), 200);
  EXPECT_EQ(lab.row(kAt)->defaults.size(), 2U) << "two registrations, two defaults";
  const sip::Message request = lab.send_register(work, work.answered(), 0)->clone();
  lab.grant(request, {.expires = 0});
  ASSERT_NE(lab.row(kAt), nullptr);
  EXPECT_EQ(identities(*lab.row(kAt)), (std::vector<std::string>{"sip:alice@home1.example"}));
}

TEST(DeRegister, ByAnotherIdentityOfTheImplicitSet) {
  Lab lab;
  ASSERT_EQ(
      lab.register_phone(alice(), {.identities = {"<sip:alice@home1.example>", "<tel:+15551000>"}}),
      200);
  Phone number = alice();
  number.to = "<tel:+1-555-1000>";
  const sip::Message request = lab.send_register(number, number.answered(), 0)->clone();
  lab.grant(request, {.expires = 0});
  EXPECT_EQ(lab.row(kAt), nullptr);
}

TEST(DeRegister, RegistrarThatKeepsTheContactKeepsTheRow) {
  Lab lab;
  ASSERT_EQ(lab.register_phone(alice()), 200);
  const sip::Message request = lab.send_register(alice(), alice().answered(), 0)->clone();
  lab.grant(request, {.contacts = {{alice().contact_value() + ";expires=100"}}});
  EXPECT_NE(lab.row(kAt), nullptr) << "the response decides";
}

// T-21
TEST(Expiry, WithdrawsTheRowOnTime) {
  Lab lab;
  ASSERT_EQ(lab.register_phone(alice(), {.expires = 60}), 200);
  ASSERT_TRUE(lab.pcscf().deadline());
  lab.advance(59s);
  EXPECT_NE(lab.row(kAt), nullptr);
  lab.advance(1s);
  EXPECT_EQ(lab.row(kAt), nullptr);
  EXPECT_TRUE(lab.kernel.empty());
  EXPECT_EQ(lab.table().size(), 0U);
  EXPECT_EQ(lab.count(EventKind::kExpired), 1U);
}

TEST(Expiry, OneRegistrationOfTwo) {
  Lab lab;
  Phone work = alice();
  work.to = "<sip:alice.work@home1.example>";
  ASSERT_EQ(lab.register_phone(alice(), {.expires = 600}), 200);
  ASSERT_EQ(lab.register_phone(work, {.expires = 60}), 200);
  EXPECT_EQ(lab.kernel.at(lab.row(kAt)->key).expires, lab.now + 600s);
  lab.advance(61s);
  ASSERT_NE(lab.row(kAt), nullptr);
  EXPECT_EQ(identities(*lab.row(kAt)), (std::vector<std::string>{"sip:alice@home1.example"}));
  EXPECT_EQ(lab.count(EventKind::kExpired), 0U);
}

TEST(Operator, RemovesARow) {
  Lab lab;
  ASSERT_EQ(lab.register_phone(alice()), 200);
  ims::Actions actions;
  EXPECT_TRUE(lab.pcscf().remove({.ip = endpoint(kAt).ip}, lab.now, actions));
  ASSERT_FALSE(actions.empty());
  EXPECT_TRUE(std::holds_alternative<ims::Withdraw>(actions.front()));
  EXPECT_EQ(lab.row(kAt), nullptr);
  EXPECT_FALSE(lab.pcscf().remove({.ip = endpoint(kAt).ip}, lab.now, actions));
}

TEST(Identities, AreBounded) {
  Lab lab([](Config& c) { c.max_identities = 2; });
  ASSERT_EQ(lab.register_phone(alice(), {.identities = {"<sip:a@h.example>", "<sip:b@h.example>",
                                                        "<sip:c@h.example>"}}),
            200);
  EXPECT_EQ(lab.row(kAt)->identities.size(), 2U);
}

TEST(Identities, RegistrationsOfOneRowAreBounded) {
  Lab lab;
  int status = 200;
  int registered = 0;
  while (status == 200 && registered < 1000) {
    Phone phone;
    phone.to = "<sip:alice." + std::to_string(registered) + "@home1.example>";
    status = lab.register_phone(phone);
    if (status == 200) ++registered;
  }
  EXPECT_EQ(status, 503);
  EXPECT_EQ(lab.row(kAt)->registrations.size(), static_cast<std::size_t>(registered));
}

}  // namespace
}  // namespace sipward::pcscf::test
