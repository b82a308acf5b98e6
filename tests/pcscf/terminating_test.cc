// SPDX-License-Identifier: Apache-2.0
// Requests from the core to UEs: TS 24.229 5.2.6.4, RFC 5626 5.3.
#include "agent/pcscf/terminating.h"

#include <gtest/gtest.h>

#include "sip/headers.h"
#include "tests/pcscf/pcscf_lab.h"

namespace sipward::pcscf::test {
namespace {

using ims::EventKind;
using sip::Field;

constexpr const char* kAt = "203.0.113.7:5060";

class Terminating : public testing::Test {
 protected:
  Terminating() {
    path = values(*lab.send_register({}), Field::kPath);
    const sip::Message request = lab.last_to_core()->clone();
    lab.grant(request, {.identities = {"\"Alice\" <sip:alice@home1.example>", "<tel:+15551000>"}});
    lab.forget();
  }
  const sip::Message* delivered(const CoreRequest& request, const char* at = kAt) {
    lab.from_core(request.message());
    const sip::Message* last = lab.last_to(at);
    return last != nullptr && last->is_request() ? last : nullptr;
  }
  Lab lab;
  std::string path;
};

TEST_F(Terminating, PathTokenLeadsToTheFlow) {
  const sip::Message* invite = delivered({.route = path});
  ASSERT_NE(invite, nullptr);
  EXPECT_FALSE(invite->has(Field::kRoute));
  EXPECT_EQ(invite->request_uri().text(), "sip:alice@203.0.113.7:5060");
  const auto via = sip::top_via(*invite);
  EXPECT_EQ(via->sent_by(), "198.51.100.10:5060") << "the listener that the UE knows";
  const auto record = sip::name_addrs(*invite, Field::kRecordRoute);
  ASSERT_EQ(record.size(), 2U);
  EXPECT_EQ(record[0].uri.host, "198.51.100.10");
  EXPECT_EQ(record[1].uri.host, "pcscf1.home1.example");
}

TEST_F(Terminating, NetworkHeadersStayInTheNetwork) {
  const sip::Message* invite = delivered(
      {.route = path,
       .headers = {"P-Charging-Vector: icid-value=x", "P-Charging-Function-Addresses: ccf=a",
                   "P-Access-Network-Info: 3GPP-E-UTRAN-FDD", "P-Served-User: <sip:a@b>",
                   "P-Asserted-Identity: <sip:carol@home2.example>",
                   "P-Called-Party-ID: <sip:alice@home1.example>"}});
  ASSERT_NE(invite, nullptr);
  for (const Field gone : {Field::kPChargingVector, Field::kPChargingFunctionAddresses,
                           Field::kPAccessNetworkInfo, Field::kPServedUser}) {
    EXPECT_FALSE(invite->has(gone)) << sip::field_name(gone);
  }
  EXPECT_EQ(values(*invite, Field::kPAssertedIdentity), "<sip:carol@home2.example>");
  EXPECT_TRUE(invite->has(Field::kPCalledPartyId));
}

TEST_F(Terminating, PrivacyHidesTheCaller) {
  const sip::Message* invite =
      delivered({.route = path,
                 .headers = {"Privacy: id", "P-Asserted-Identity: <sip:carol@home2.example>"}});
  ASSERT_NE(invite, nullptr);
  EXPECT_FALSE(invite->has(Field::kPAssertedIdentity));
}

TEST_F(Terminating, RequestsWithoutAFlowAreRefused) {
  const struct {
    const char* name;
    std::string route;
    int status;
  } rows[] = {
      {"no route", "", 404},
      {"somebody else's", "<sip:other.example;lr>", 404},
      {"our name, no token", "<sip:pcscf1.home1.example;lr>", 403},
      {"a made-up token", "<sip:alice@pcscf1.home1.example;lr>", 403},
  };
  int n = 0;
  for (const auto& row : rows) {
    CoreRequest request{.route = row.route, .branch = "z9hG4bKr" + std::to_string(++n)};
    EXPECT_EQ(delivered(request), nullptr) << row.name;
    EXPECT_EQ(lab.status_at_core(), row.status) << row.name;
  }
  EXPECT_EQ(lab.count(EventKind::kForgedToken), 2U);
  EXPECT_TRUE(lab.to_ue.empty());
}

// T-18
TEST_F(Terminating, AnyChangedCharacterOfTheTokenIsForged) {
  const std::size_t begin = path.find("sip:") + 4;
  const std::size_t end = path.find('@');
  for (std::size_t at = begin; at < end; ++at) {
    CoreRequest request{.route = path, .branch = "z9hG4bKf" + std::to_string(at)};
    request.route[at] = request.route[at] == 'A' ? 'B' : 'A';
    EXPECT_EQ(delivered(request), nullptr);
    EXPECT_EQ(lab.status_at_core(), 403) << at;
  }
}

TEST_F(Terminating, TokenOfTheLastTenantIsGone) {
  ASSERT_EQ(lab.register_phone({.name = "bob", .source = kAt}), 200);
  lab.forget();
  EXPECT_EQ(delivered({.route = path}), nullptr) << "not delivered to the next tenant";
  EXPECT_EQ(lab.status_at_core(), 430);
  EXPECT_EQ(lab.count(EventKind::kFlowGone), 1U);
}

TEST_F(Terminating, TokenOfAnEndedRegistrationIsGone) {
  lab.advance(3601s);
  lab.forget();
  EXPECT_EQ(delivered({.route = path}), nullptr);
  EXPECT_EQ(lab.status_at_core(), 430);
}

TEST_F(Terminating, TokenOutlivesARefresh) {
  ASSERT_EQ(lab.register_phone({}), 200);
  lab.forget();
  EXPECT_NE(delivered({.route = path}), nullptr);
}

TEST_F(Terminating, EveryPathOfParallelRegistersLeadsToTheRow) {
  const Phone first{.name = "dave", .source = "203.0.113.9:5060"};
  Phone second = first;
  second.to = "<tel:+15554000>";
  const sip::Message one = lab.send_register(first)->clone();
  const sip::Message two = lab.send_register(second)->clone();
  lab.grant(one);
  lab.grant(two);
  lab.forget();
  int n = 0;
  for (const sip::Message* request : {&one, &two}) {
    EXPECT_NE(delivered({.route = values(*request, Field::kPath),
                         .branch = "z9hG4bKp" + std::to_string(++n)},
                        "203.0.113.9:5060"),
              nullptr);
    lab.to_ue.clear();
  }
}

TEST_F(Terminating, AnswersAreAssertedAsTheCalledIdentity) {
  const sip::Message invite =
      delivered({.route = path, .headers = {"P-Called-Party-ID: <tel:+15551000>"}})->clone();
  lab.forget();
  lab.ue_answers(
      kAt, invite, 180,
      {"P-Asserted-Identity: <sip:victim@home1.example>",
       "P-Preferred-Identity: <sip:victim@home1.example>", "P-Charging-Vector: icid-value=forged"});
  ASSERT_EQ(lab.status_at_core(), 180);
  EXPECT_EQ(values(*lab.last_to_core(), Field::kPAssertedIdentity), "<tel:+15551000>");
  EXPECT_FALSE(lab.last_to_core()->has(Field::kPPreferredIdentity));
  EXPECT_FALSE(lab.last_to_core()->has(Field::kPChargingVector));
  EXPECT_EQ(lab.last_to_core()->count(Field::kRecordRoute), 2U) << "echoed, and they stay";
  EXPECT_EQ(lab.count(EventKind::kScrubbed), 1U);
  lab.ue_answers(kAt, invite, 486, {"P-Asserted-Identity: <sip:victim@home1.example>"});
  ASSERT_EQ(lab.status_at_core(), 486);
  EXPECT_FALSE(lab.last_to_core()->has(Field::kPAssertedIdentity)) << "1xx and 2xx only";
}

TEST_F(Terminating, WithoutACalledIdentityTheDefaultAnswers) {
  const sip::Message invite = delivered({.route = path})->clone();
  lab.ue_answers(kAt, invite, 200, {"Contact: <sip:alice@203.0.113.7:5060>"});
  ASSERT_EQ(lab.status_at_core(), 200);
  EXPECT_EQ(values(*lab.last_to_core(), Field::kPAssertedIdentity),
            "\"Alice\" <sip:alice@home1.example>");
}

/// A dialog that carol set up with alice.
class CalledDialog : public Terminating {
 protected:
  CalledDialog() {
    const sip::Message invite = delivered({.route = path})->clone();
    for (const auto& route : sip::name_addrs(invite, Field::kRecordRoute)) {
      routes += (routes.empty() ? "" : ", ") + route.text();
    }
    lab.ue_answers(kAt, invite, 200, {"Contact: <sip:alice@203.0.113.7:5060>"});
    lab.forget();
  }
  [[nodiscard]] UeRequest bye() const {
    return {.method = "BYE",
            .uri = "sip:carol@192.0.2.9",
            .headers = {"Route: " + routes + ", <sip:scscf1.home1.example;lr>"},
            .from = "<sip:alice@home1.example>;tag=answerer",
            .to = "<sip:carol@home2.example>;tag=far",
            .call_id = "core-call"};
  }
  std::string routes;  ///< ours, as alice's UE has them
};

TEST_F(CalledDialog, CalleeMayEndIt) {
  lab.send(bye(), kAt);
  ASSERT_NE(lab.last_to_core(), nullptr);
  EXPECT_EQ(lab.last_to_core()->method(), sip::Method::kBye);
  EXPECT_EQ(values(*lab.last_to_core(), Field::kRoute), "<sip:scscf1.home1.example;lr>");
}

TEST_F(CalledDialog, NobodyElseMay) {
  ASSERT_EQ(lab.register_phone({.name = "bob", .source = "203.0.113.8:5060"}), 200);
  lab.forget();
  lab.send(bye(), "203.0.113.8:5060");
  EXPECT_EQ(lab.status_at("203.0.113.8:5060"), 403);
  EXPECT_TRUE(lab.to_core.empty());
}

TEST_F(CalledDialog, CallerReachesTheCalleeAndAckToo) {
  const std::size_t comma = routes.find(", ");
  int n = 0;
  for (const char* method : {"ACK", "INFO", "BYE"}) {
    lab.forget();
    const CoreRequest request{.method = method,
                              .route = routes.substr(comma + 2) + ", " + routes.substr(0, comma),
                              .to = "<sip:alice@home1.example>;tag=answerer",
                              .branch = "z9hG4bKd" + std::to_string(++n)};
    const sip::Message* reached = delivered(request);
    ASSERT_NE(reached, nullptr) << method;
    EXPECT_FALSE(reached->has(Field::kRecordRoute)) << method;
  }
}

TEST_F(CalledDialog, AckForAFlowThatIsGoneIsDropped) {
  ASSERT_EQ(lab.register_phone({.name = "bob", .source = kAt}), 200);
  lab.forget();
  const std::size_t comma = routes.find(", ");
  lab.from_core(CoreRequest{.method = "ACK",
                            .route = routes.substr(comma + 2),
                            .to = "<sip:alice@home1.example>;tag=answerer"}
                    .message());
  EXPECT_TRUE(lab.to_ue.empty());
  EXPECT_TRUE(lab.to_core.empty());
}

TEST_F(Terminating, CancelFollowsTheInvite) {
  const sip::Message invite = delivered({.route = path})->clone();
  lab.ue_answers(kAt, invite, 180);
  lab.forget();
  lab.from_core(CoreRequest{.method = "CANCEL", .route = path}.message());
  EXPECT_EQ(lab.status_at_core(), 200);
  ASSERT_NE(lab.last_to(kAt), nullptr);
  EXPECT_EQ(lab.last_to(kAt)->method(), sip::Method::kCancel);
}

TEST_F(Terminating, UeCannotAnswerForTheCore) {
  ASSERT_EQ(lab.register_phone({.name = "bob", .source = "203.0.113.8:5060"}), 200);
  lab.forget();
  lab.send({}, kAt);
  const sip::Message invite = lab.last_to_core()->clone();
  lab.ue_answers("203.0.113.8:5060", invite, 200, {"P-Asserted-Identity: <sip:victim@x.example>"});
  lab.ue_answers(kAt, invite, 200, {"P-Asserted-Identity: <sip:victim@x.example>"});
  EXPECT_EQ(lab.status_at(kAt), 100) << "its branch belongs to the other direction";
}

}  // namespace
}  // namespace sipward::pcscf::test
