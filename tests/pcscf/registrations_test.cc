// SPDX-License-Identifier: Apache-2.0
// REGISTER on its way to the core and back: TS 24.229 5.2.2, TS 33.203 N.2 and P.3.
#include "agent/pcscf/registrations.h"

#include <gtest/gtest.h>

#include "sip/headers.h"
#include "tests/pcscf/pcscf_lab.h"

namespace sipward::pcscf::test {
namespace {

using ims::EventKind;
using sip::Field;

constexpr const char* kAlice = "203.0.113.7:5060";

TEST(Register, IsPreparedForTheCore) {
  Lab lab;
  const sip::Message* request = lab.send_register({}, Phone{}.unanswered());
  ASSERT_NE(request, nullptr);
  const auto path = sip::name_addrs(*request, Field::kPath);
  ASSERT_EQ(path.size(), 1U);
  EXPECT_EQ(path[0].uri.host, "pcscf1.home1.example");
  EXPECT_FALSE(path[0].uri.user.empty());
  EXPECT_TRUE(path[0].uri.params.has("lr"));
  EXPECT_FALSE(path[0].uri.params.has("ob")) << "no outbound was offered";
  EXPECT_TRUE(sip::has_token(*request, Field::kRequire, "path"));
  EXPECT_EQ(values(*request, Field::kPVisitedNetworkId), "\"home1.example\"");
  EXPECT_NE(values(*request, Field::kPChargingVector).find("orig-ioi=\"home1.example\""),
            std::string::npos);
  EXPECT_EQ(values(*request, Field::kAuthorization).find("integrity-protected"), std::string::npos);
  EXPECT_EQ(lab.table().size(), 0U);
  EXPECT_TRUE(lab.kernel.empty());
}

TEST(Register, EveryOneHasItsOwnIcid) {
  Lab lab;
  const std::string first = values(*lab.send_register({}), Field::kPChargingVector);
  const std::string second = values(*lab.send_register({}), Field::kPChargingVector);
  EXPECT_NE(first, second);
}

TEST(Register, ViaShowsThePacketsSource) {
  Lab lab;
  Phone phone{.source = "203.0.113.7:40001", .via = "10.0.0.5:5060", .reg_id = 1};
  const sip::Message* request = lab.send_register(phone);
  ASSERT_NE(request, nullptr);
  const auto vias = request->all(Field::kVia);
  ASSERT_EQ(vias.size(), 2U);
  EXPECT_NE(vias[1].find("received=203.0.113.7"), std::string_view::npos);
  EXPECT_NE(vias[1].find("rport=40001"), std::string_view::npos);
}

TEST(Register, RequirePathIsMergedAndSecurityAgreementEndsHere) {
  Lab lab;
  Phone phone;
  phone.headers = {
      "Require: sec-agree, gruu",    "Proxy-Require: sec-agree",
      "Security-Client: tls",        "Security-Verify: tls;q=0.1",
      "Path: <sip:evil.invalid;lr>", "Route: <sip:198.51.100.10:5060;lr>, <sip:evil.invalid;lr>"};
  const sip::Message* request = lab.send_register(phone);
  ASSERT_NE(request, nullptr);
  EXPECT_EQ(values(*request, Field::kRequire), "gruu, path");
  EXPECT_FALSE(request->has(Field::kProxyRequire));
  EXPECT_FALSE(request->has(Field::kSecurityClient));
  EXPECT_FALSE(request->has(Field::kSecurityVerify));
  EXPECT_FALSE(request->has(Field::kRoute));
  EXPECT_EQ(request->count(Field::kPath), 1U);
  EXPECT_EQ(request->find(Field::kPath)->find("evil"), std::string_view::npos);
}

// TS 24.229 5.2.2.3: the row's user must be the one that registers.
TEST(Register, FlagFollowsTheRowAndItsUser) {
  Lab lab;
  const auto flag = [](const sip::Message* request) {
    const auto credentials = sip::parse_credentials(*request->find(Field::kAuthorization));
    return std::string(credentials->params.value("integrity-protected").value_or(""));
  };
  const Phone alice;
  const Phone bob{.name = "bob", .source = kAlice};
  EXPECT_EQ(flag(lab.send_register(alice, alice.unanswered())), "");
  EXPECT_EQ(flag(lab.send_register(alice, alice.answered())), "ip-assoc-pending");
  ASSERT_EQ(lab.register_phone(alice), 200);
  EXPECT_EQ(flag(lab.send_register(alice, alice.unanswered())), "ip-assoc-yes");
  EXPECT_EQ(flag(lab.send_register(bob, bob.unanswered())), "");
  EXPECT_EQ(flag(lab.send_register(bob, bob.answered())), "ip-assoc-pending");
}

// T-12
TEST(Register, FlagOfTheUeIsRemoved) {
  for (const char* forged : {"integrity-protected=\"tls-yes\"", "Integrity-Protected=auth-done",
                             "integrity-protected = \"ip-assoc-yes\""}) {
    Lab lab;
    const sip::Message* request =
        lab.send_register({}, Phone{}.unanswered() + ", " + std::string(forged));
    ASSERT_NE(request, nullptr) << forged;
    EXPECT_EQ(values(*request, Field::kAuthorization).find("rotected"), std::string::npos);
    EXPECT_NE(values(*request, Field::kAuthorization).find("alice_priv"), std::string::npos);
    EXPECT_EQ(lab.count(EventKind::kForgedFlag), 1U) << forged;
  }
}

TEST(Register, AmbiguousCredentialsAreRefused) {
  const Phone phone;
  const std::vector<std::vector<std::string>> cases = {
      {phone.unanswered() + ", integrity-protected=yes, INTEGRITY-PROTECTED=yes"},
      {phone.unanswered(),
       "Digest username=\"bob_priv@home1.example\", realm=\"x\", "
       "nonce=\"\", uri=\"sip:x\", response=\"\""},
      {"Digest username=\"a\\\", integrity-protected=\\\"tls-yes\", realm=\"home1.example\", "
       "nonce=\"\", uri=\"sip:x\", response=\"\""},
      {"Digest username=\"\", realm=\"home1.example\", nonce=\"\", uri=\"sip:x\", response=\"\""},
  };
  for (const auto& rows : cases) {
    Lab lab;
    Phone ambiguous;
    for (const std::string& row : rows) ambiguous.headers.push_back("Authorization: " + row);
    ASSERT_EQ(lab.register_phone({}), 200);
    lab.forget();
    EXPECT_EQ(lab.send_register(ambiguous, ""), nullptr) << rows.front();
    EXPECT_EQ(lab.status_at(kAlice), 400) << rows.front();
    EXPECT_EQ(lab.count(EventKind::kMalformed), 1U) << rows.front();
  }
}

TEST(Register, OtherSchemesPassUntouched) {
  Lab lab;
  Phone phone;
  phone.headers = {"Authorization: Bearer abc, def", "Proxy-Authorization: " + phone.unanswered()};
  const sip::Message* request = lab.send_register(phone, "");
  ASSERT_NE(request, nullptr);
  EXPECT_EQ(values(*request, Field::kAuthorization), "Bearer abc, def");
  EXPECT_EQ(values(*request, Field::kProxyAuthorization), phone.unanswered());
}

// TS 33.203 P.6
TEST(Register, WithoutCredentialsNoneAreInvented) {
  Lab lab;
  const sip::Message* request = lab.send_register({}, "");
  ASSERT_NE(request, nullptr);
  EXPECT_FALSE(request->has(Field::kAuthorization));
  const sip::Message copy = request->clone();
  lab.grant(copy);
  ASSERT_NE(lab.row(kAlice), nullptr);
  EXPECT_EQ(lab.row(kAlice)->impi.text, "alice@home1.example") << "derived from the To";
}

// The gate has the lane ready before the UE can answer.
TEST(Register, ChallengeOfAStrangerIsToldBeforeItLeaves) {
  struct Row {
    const char* name;
    int status;
    bool registered;
    bool told;
  };
  for (const Row& row :
       {Row{"stranger", 401, false, true}, Row{"stranger, by a proxy", 407, false, true},
        Row{"refused", 403, false, false}, Row{"trying", 100, false, false},
        Row{"bound", 401, true, false}}) {
    Lab lab;
    if (row.registered) {
      ASSERT_EQ(lab.register_phone({}), 200);
    }
    const sip::Message request = lab.send_register({}, Phone{}.unanswered())->clone();
    lab.forget();
    lab.core_answers(request, row.status);
    std::vector<std::string> expected;
    if (row.told) expected.emplace_back("challenged 203.0.113.7");
    if (row.status > 100) expected.push_back("203.0.113.7:5060 " + std::to_string(row.status));
    EXPECT_EQ(lab.trace, expected) << row.name;
  }
}

TEST(Register, FailuresPassAndTouchNothing) {
  for (const int status : {401, 403, 404, 423, 500}) {
    Lab lab;
    ASSERT_EQ(lab.register_phone({}), 200);
    const std::uint32_t id = lab.row(kAlice)->id;
    const sip::Time expires = lab.row(kAlice)->expires;
    lab.advance(10s);
    const sip::Message request = lab.send_register({})->clone();
    lab.forget();
    lab.core_answers(request, status,
                     {"WWW-Authenticate: Digest realm=\"home1.example\", nonce=\"n\"",
                      "P-Charging-Vector: icid-value=x"});
    EXPECT_EQ(lab.status_at(kAlice), status);
    EXPECT_EQ(values(*lab.last_to(kAlice), Field::kWwwAuthenticate),
              "Digest realm=\"home1.example\", nonce=\"n\"");
    EXPECT_FALSE(lab.last_to(kAlice)->has(Field::kPChargingVector));
    ASSERT_NE(lab.row(kAlice), nullptr);
    EXPECT_EQ(lab.row(kAlice)->id, id);
    EXPECT_EQ(lab.row(kAlice)->expires, expires);
    EXPECT_TRUE(lab.events.empty());
  }
}

TEST(Register, OkToTheUeKeepsWhatItNeedsAndLosesCharging) {
  Lab lab;
  Granting granting;
  granting.headers = {"Authentication-Info: rspauth=\"00\", qop=auth",
                      "P-Charging-Vector: icid-value=x",
                      "P-Charging-Function-Addresses: ccf=192.0.2.1"};
  ASSERT_EQ(lab.register_phone({}, granting), 200);
  const sip::Message* ok = lab.last_to(kAlice);
  for (const Field kept : {Field::kPath, Field::kServiceRoute, Field::kPAssociatedUri,
                           Field::kAuthenticationInfo, Field::kContact}) {
    EXPECT_TRUE(ok->has(kept)) << sip::field_name(kept);
  }
  EXPECT_FALSE(ok->has(Field::kPChargingVector));
  EXPECT_FALSE(ok->has(Field::kPChargingFunctionAddresses));
}

// T-4
TEST(Register, NatWithoutOutboundIsRefusedBeforeTheCore) {
  const Phone phone{.source = "203.0.113.7:40001", .via = "10.0.0.5:5060"};
  Lab lab;
  EXPECT_EQ(lab.send_register(phone), nullptr);
  const sip::Message* refusal = lab.last_to("203.0.113.7:40001");
  ASSERT_NE(refusal, nullptr);
  EXPECT_EQ(refusal->status(), 421);
  EXPECT_TRUE(sip::has_token(*refusal, Field::kRequire, "outbound"));
  EXPECT_EQ(sip::top_via(*refusal)->params.value("received"), "203.0.113.7");
  EXPECT_EQ(sip::top_via(*refusal)->params.value("rport"), "40001");
  EXPECT_EQ(lab.count(EventKind::kNatWithoutOutbound), 1U);

  Lab strict([](Config& c) { c.nat_without_outbound = NatWithoutOutbound::kForbid; });
  EXPECT_EQ(strict.send_register(phone), nullptr);
  EXPECT_EQ(strict.status_at(phone.source), 403);

  Lab lenient([](Config& c) { c.nat_without_outbound = NatWithoutOutbound::kAccept; });
  EXPECT_EQ(lenient.register_phone(phone), 200);
  EXPECT_EQ(lenient.row(phone.source)->key.text(), "udp 203.0.113.7:40001");
  EXPECT_EQ(lenient.row("203.0.113.7:40002"), nullptr) << "its neighbour behind the NAT";
}

// RFC 5626 5.1, 6
TEST(Register, OutboundMarksThePathAndTheOkDecidesTheKey) {
  const Phone phone{.source = "203.0.113.7:40001", .reg_id = 1};
  Lab lab;
  const sip::Message* request = lab.send_register(phone);
  EXPECT_TRUE(sip::first_name_addr(*request, Field::kPath)->uri.params.has("ob"));
  const sip::Message copy = request->clone();
  lab.grant(copy);
  EXPECT_EQ(lab.row(phone.source)->key.text(), "udp 203.0.113.7:40001");

  Lab declined;
  ASSERT_EQ(declined.register_phone(phone, {.outbound = false}), 200);
  EXPECT_TRUE(declined.row(phone.source)->key.is_wildcard()) << "asked for, not granted";
}

TEST(Register, OutboundThroughAnotherProxyIsNotOurs) {
  Lab lab;
  Phone phone{.reg_id = 1};
  phone.headers = {"Via: SIP/2.0/UDP 192.0.2.9:5060;branch=z9hG4bKinner"};
  const sip::Message* request = lab.send_register(phone);
  ASSERT_NE(request, nullptr);
  EXPECT_FALSE(sip::first_name_addr(*request, Field::kPath)->uri.params.has("ob"));
}

TEST(Register, SecondFlowOverTheSameSourceIsRefused) {
  Lab lab;
  ASSERT_EQ(lab.register_phone({.source = "203.0.113.7:40001", .reg_id = 1}), 200);
  lab.forget();
  EXPECT_EQ(lab.send_register({.source = "203.0.113.7:40001", .reg_id = 2}), nullptr);
  EXPECT_EQ(lab.status_at("203.0.113.7:40001"), 403);
  EXPECT_EQ(lab.register_phone({.source = "203.0.113.7:40001", .reg_id = 1}), 200);
}

// T-16
TEST(Register, CopyByAnotherMappingIsARetransmission) {
  Lab lab;
  const Phone phone{.source = "203.0.113.7:40001", .via = "10.0.0.5:5060", .reg_id = 1};
  const std::string text = lab.send(phone.request(phone.answered()), phone.source);
  ASSERT_EQ(lab.to_core.size(), 1U);
  lab.receive(text, "203.0.113.7:40055");
  lab.receive(text, phone.source);
  EXPECT_EQ(lab.to_core.size(), 1U);
  const sip::Message request = lab.last_to_core()->clone();
  lab.grant(request);
  EXPECT_NE(lab.row("203.0.113.7:40001"), nullptr);
  EXPECT_EQ(lab.row("203.0.113.7:40055"), nullptr);
  EXPECT_EQ(lab.table().size(), 1U);

  lab.forget();
  lab.receive(text, phone.source);
  EXPECT_EQ(lab.status_at(phone.source), 200) << "the stored answer";
  EXPECT_TRUE(lab.to_core.empty());
}

TEST(Register, UnknownExtensionsAndSchemesAreAnswered) {
  Lab lab;
  Phone phone;
  phone.headers = {"Proxy-Require: privacy, teleport"};
  EXPECT_EQ(lab.send_register(phone), nullptr);
  EXPECT_EQ(lab.status_at(kAlice), 420);
  EXPECT_EQ(values(*lab.last_to(kAlice), Field::kUnsupported), "teleport");

  UeRequest request = Phone{}.request(Phone{}.answered());
  request.uri = "mailto:registrar@home1.example";
  lab.send(request, kAlice);
  EXPECT_EQ(lab.status_at(kAlice), 416);
  EXPECT_TRUE(lab.to_core.empty());
}

TEST(Limits, PendingRegistersOfStrangersAreCounted) {
  Lab lab([](Config& c) { c.max_pending_registrations = 2; });
  ASSERT_EQ(lab.register_phone({.source = "203.0.113.1:5060"}), 200);
  ASSERT_NE(lab.send_register({.name = "bob", .source = "203.0.113.2:5060"}), nullptr);
  const sip::Message bobs = lab.last_to_core()->clone();
  ASSERT_NE(lab.send_register({.name = "carol", .source = "203.0.113.3:5060"}), nullptr);

  const Phone dave{.name = "dave", .source = "203.0.113.4:5060"};
  EXPECT_EQ(lab.send_register(dave), nullptr);
  EXPECT_EQ(lab.status_at(dave.source), 503);
  EXPECT_TRUE(lab.last_to(dave.source)->has(Field::kRetryAfter));
  EXPECT_EQ(lab.count(EventKind::kOverload), 1U);
  EXPECT_EQ(lab.register_phone({.source = "203.0.113.1:5060"}), 200) << "who has a row may refresh";

  lab.core_answers(bobs, 401, {"WWW-Authenticate: Digest realm=\"r\", nonce=\"n\""});
  EXPECT_NE(lab.send_register(dave), nullptr) << "bob's place is free";
}

TEST(Limits, AnswerThatNeverComesFreesItsPlace) {
  Lab lab([](Config& c) { c.max_pending_registrations = 1; });
  ASSERT_NE(lab.send_register({}), nullptr);
  lab.advance(70s);
  EXPECT_NE(lab.send_register({.name = "bob", .source = "203.0.113.2:5060"}), nullptr);
}

TEST(Limits, RowsOfOneUser) {
  Lab lab([](Config& c) { c.max_bindings_per_impi = 2; });
  const auto flow = [](int n) {
    return Phone{.source = "203.0.113." + std::to_string(n) + ":5060",
                 .reg_id = n,
                 .call_id = "reg-" + std::to_string(n)};
  };
  // The registrar lists every contact of the public identity.
  const auto all = [&](std::vector<int> flows) {
    std::vector<std::string> contacts;
    for (const int n : flows) contacts.push_back(flow(n).contact_value() + ";expires=3600");
    return Granting{.contacts = contacts};
  };
  ASSERT_EQ(lab.register_phone(flow(1), all({1})), 200);
  ASSERT_EQ(lab.register_phone(flow(2), all({1, 2})), 200);
  lab.forget();
  EXPECT_EQ(lab.send_register(flow(3)), nullptr);
  EXPECT_EQ(lab.status_at(flow(3).source), 503);
  EXPECT_EQ(lab.count(EventKind::kOverload), 1U);
  EXPECT_EQ(lab.register_phone(flow(2), all({1, 2})), 200) << "refresh";
  Phone moved = flow(2);
  moved.source = "203.0.113.77:5060";
  EXPECT_EQ(lab.register_phone(moved, all({1, 2})), 200) << "takes the place of its old flow";
  EXPECT_EQ(lab.table().size(), 2U);
}

TEST(Limits, FullTableRefusesNewUsersAndRefreshesOldOnes) {
  Lab lab([](Config& c) { c.max_bindings = 1; });
  ASSERT_EQ(lab.register_phone({}), 200);
  EXPECT_EQ(lab.register_phone({.name = "bob", .source = "203.0.113.8:5060"}), 503);
  EXPECT_EQ(lab.register_phone({}), 200);
  EXPECT_EQ(lab.register_phone({.name = "bob", .source = kAlice}), 200) << "overwrites in place";
}

}  // namespace
}  // namespace sipward::pcscf::test
