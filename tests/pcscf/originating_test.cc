// SPDX-License-Identifier: Apache-2.0
// Requests of bound UEs: TS 24.229 5.2.6.3, TS 33.203 Annex Q.
#include "agent/pcscf/originating.h"

#include <gtest/gtest.h>

#include "sip/headers.h"
#include "tests/pcscf/pcscf_lab.h"

namespace sipward::pcscf::test {
namespace {

using ims::EventKind;
using sip::Field;

constexpr const char* kAt = "203.0.113.7:5060";
constexpr const char* kBobAt = "203.0.113.8:5060";
const std::vector<std::string> kAliceIdentities = {"\"Alice\" <sip:alice@home1.example>",
                                                   "<tel:+15551000>"};

class Originating : public testing::Test {
 protected:
  Originating() : Originating([](Config&) {}) {}
  explicit Originating(const std::function<void(Config&)>& change) : lab(change) {
    EXPECT_EQ(lab.register_phone({}, {.identities = kAliceIdentities}), 200);
    EXPECT_EQ(lab.register_phone({.name = "bob", .source = kBobAt}), 200);
    lab.forget();
  }
  /// The request as the core got it.
  const sip::Message* sent(UeRequest request, std::string_view source = kAt) {
    const std::size_t before = lab.to_core.size();
    lab.send(std::move(request), source);
    return lab.to_core.size() > before ? lab.last_to_core() : nullptr;
  }
  Lab lab;
};

TEST_F(Originating, InitialRequestIsPreparedForTheCore) {
  const sip::Message* invite =
      sent({.headers = {"Route: <sip:198.51.100.10:5060;lr>, " + std::string(kServiceRoute)}});
  ASSERT_NE(invite, nullptr);
  EXPECT_EQ(values(*invite, Field::kPAssertedIdentity), "\"Alice\" <sip:alice@home1.example>");
  EXPECT_EQ(values(*invite, Field::kRoute), kServiceRoute);
  EXPECT_NE(values(*invite, Field::kPChargingVector).find("icid-value="), std::string::npos);
  EXPECT_EQ(values(*invite, Field::kFrom), "<sip:anything@anywhere.invalid>;tag=ue")
      << "From plays no part and stays";
  const auto record = sip::name_addrs(*invite, Field::kRecordRoute);
  ASSERT_EQ(record.size(), 2U) << "RFC 5658: one for each side";
  EXPECT_EQ(record[0].uri.host, "pcscf1.home1.example");
  EXPECT_EQ(record[1].uri.host, "198.51.100.10");
  EXPECT_EQ(record[0].uri.user, record[1].uri.user);
  EXPECT_TRUE(lab.events.empty());
}

TEST_F(Originating, StandaloneAndUnknownMethodsAreAssertedWithoutRecordRoute) {
  for (const char* method : {"MESSAGE", "OPTIONS", "PUBLISH", "NOTIFY", "INFO", "TELEPORT"}) {
    const sip::Message* request = sent({.method = method});
    ASSERT_NE(request, nullptr) << method;
    EXPECT_EQ(request->count(Field::kPAssertedIdentity), 1U) << method;
    EXPECT_FALSE(request->has(Field::kRecordRoute)) << method;
    EXPECT_EQ(values(*request, Field::kRoute), kServiceRoute) << method;
  }
  for (const char* method : {"SUBSCRIBE", "REFER"}) {
    EXPECT_TRUE(sent({.method = method})->has(Field::kRecordRoute)) << method;
  }
}

TEST_F(Originating, PreferredIdentityChoosesAmongTheRegistered) {
  const sip::Message* request =
      sent({.headers = {"P-Preferred-Identity: \"Not Alice\" <tel:+1-555-1000>"}});
  EXPECT_EQ(values(*request, Field::kPAssertedIdentity), "<tel:+15551000>");
  EXPECT_FALSE(request->has(Field::kPPreferredIdentity));
  EXPECT_TRUE(lab.events.empty());

  request = sent({.headers = {"P-Preferred-Identity: <sip:bob@home1.example>"}});
  EXPECT_EQ(values(*request, Field::kPAssertedIdentity), "\"Alice\" <sip:alice@home1.example>");
  EXPECT_EQ(lab.count(EventKind::kPreferredNotRegistered), 1U);
}

TEST_F(Originating, EveryTrustDomainHeaderIsRemovedFromEveryRequest) {
  const std::vector<std::string> forged = {
      "P-Asserted-Identity: <sip:victim@home1.example>",
      "P-Asserted-Service: urn:urn-7:3gpp-service.ims.icsi.mmtel",
      "P-Charging-Vector: icid-value=forged",
      "P-Charging-Function-Addresses: ccf=192.0.2.66",
      "P-Served-User: <sip:victim@home1.example>",
      "P-Called-Party-ID: <sip:victim@home1.example>",
      "P-Associated-URI: <sip:victim@home1.example>",
      "P-Visited-Network-ID: \"evil\"",
      "P-Access-Network-Info: 3GPP-E-UTRAN-FDD;network-provided",
      "Resource-Priority: ets.0",
      "Feature-Caps: *;+g.3gpp.srvcc",
      "Path: <sip:evil.invalid;lr>",
      "Record-Route: <sip:evil.invalid;lr>",
      "Service-Route: <sip:evil.invalid;lr>",
      "Security-Verify: tls",
  };
  for (const char* method : {"INVITE", "MESSAGE", "SUBSCRIBE", "TELEPORT"}) {
    const sip::Message* request = sent({.method = method, .headers = forged});
    ASSERT_NE(request, nullptr) << method;
    for (const Field gone :
         {Field::kPAssertedService, Field::kPChargingFunctionAddresses, Field::kPServedUser,
          Field::kPCalledPartyId, Field::kPAssociatedUri, Field::kPVisitedNetworkId,
          Field::kPAccessNetworkInfo, Field::kResourcePriority, Field::kFeatureCaps, Field::kPath,
          Field::kServiceRoute, Field::kSecurityVerify}) {
      EXPECT_FALSE(request->has(gone)) << method << ' ' << sip::field_name(gone);
    }
    EXPECT_EQ(values(*request, Field::kPAssertedIdentity), "\"Alice\" <sip:alice@home1.example>");
    EXPECT_EQ(values(*request, Field::kPChargingVector).find("forged"), std::string::npos);
    EXPECT_EQ(values(*request, Field::kRecordRoute).find("evil"), std::string::npos);
  }
  EXPECT_EQ(lab.count(EventKind::kScrubbed), 4U);
}

TEST_F(Originating, ProxyAuthenticationPassesUntouchedBothWays) {
  const std::string credentials =
      "Digest username=\"alice_priv@home1.example\",realm=\"home1.example\", nonce=\"n\", "
      "uri=\"sip:carol@home2.example\", response=\"00\", integrity-protected=\"yes\"";
  const sip::Message* invite = sent({.headers = {"Proxy-Authorization: " + credentials}});
  EXPECT_EQ(values(*invite, Field::kProxyAuthorization), credentials);
  const sip::Message copy = invite->clone();
  const std::string challenge = "Digest realm=\"home1.example\", nonce=\"n2\", stale=true";
  lab.core_answers(copy, 407, {"Proxy-Authenticate: " + challenge});
  EXPECT_EQ(lab.status_at(kAt), 407);
  EXPECT_EQ(values(*lab.last_to(kAt), Field::kProxyAuthenticate), challenge);
}

TEST_F(Originating, ResponsesLoseWhatIsTheNetworks) {
  const sip::Message invite = sent({})->clone();
  lab.core_answers(invite, 180,
                   {"P-Charging-Vector: icid-value=x", "P-Charging-Function-Addresses: ccf=a",
                    "P-Asserted-Identity: <sip:carol@home2.example>"});
  const sip::Message* ringing = lab.last_to(kAt);
  ASSERT_EQ(ringing->status(), 180);
  EXPECT_FALSE(ringing->has(Field::kPChargingVector));
  EXPECT_FALSE(ringing->has(Field::kPChargingFunctionAddresses));
  EXPECT_TRUE(ringing->has(Field::kPAssertedIdentity));

  lab.core_answers(invite, 200,
                   {"Privacy: user;id", "P-Asserted-Identity: <sip:carol@home2.example>"});
  ASSERT_EQ(lab.status_at(kAt), 200);
  EXPECT_FALSE(lab.last_to(kAt)->has(Field::kPAssertedIdentity)) << "Privacy: id (RFC 3325 9.3)";
}

// T-27
TEST_F(Originating, RouteIsReplacedByTheServiceRoute) {
  for (const char* route :
       {"<sip:evil.invalid;lr>", "<sip:orig@scscf1.home1.example;lr>, <sip:x;lr>",
        "<sip:PCSCF1.home1.example;lr>, <sip:evil.invalid;lr>"}) {
    lab.forget();
    EXPECT_EQ(values(*sent({.headers = {"Route: " + std::string(route)}}), Field::kRoute),
              kServiceRoute);
    EXPECT_EQ(lab.count(EventKind::kRouteReplaced), 1U) << route;
  }
  lab.forget();
  for (const char* route : {"<sip:orig@SCSCF1.home1.example;lr>",
                            "<sip:198.51.100.10;lr>, <sip:pcscf1.home1.example;lr>, "
                            "<sip:%6frig@scscf1.home1.example;lr>"}) {
    ASSERT_NE(sent({.headers = {"Route: " + std::string(route)}}), nullptr);
    EXPECT_EQ(lab.count(EventKind::kRouteReplaced), 0U) << "equal by RFC 3261 19.1.4: " << route;
  }
}

TEST(RouteMismatch, RejectIsASetting) {
  Lab lab([](Config& c) { c.route_mismatch = RouteMismatch::kReject; });
  ASSERT_EQ(lab.register_phone({}), 200);
  lab.forget();
  lab.send({.headers = {"Route: <sip:evil.invalid;lr>"}}, kAt);
  EXPECT_EQ(lab.status_at(kAt), 400);
  EXPECT_TRUE(lab.to_core.empty());
  lab.send({}, kAt);
  EXPECT_EQ(lab.to_core.size(), 1U) << "no Route at all: the stored one is inserted";
}

TEST_F(Originating, RequestsThatNoProxyRelays) {
  EXPECT_EQ(sent({.headers = {"Proxy-Require: teleport"}}), nullptr);
  EXPECT_EQ(lab.status_at(kAt), 420);
  EXPECT_EQ(sent({.uri = "mailto:carol@home2.example"}), nullptr);
  EXPECT_EQ(lab.status_at(kAt), 416);
  EXPECT_NE(sent({.uri = "urn:service:sos"}), nullptr);
  EXPECT_NE(sent({.uri = "tel:+15552000"}), nullptr);
}

TEST_F(Originating, SeveralDefaultsAreDrawnAtRandom) {
  Phone work;
  work.to = "<sip:alice.work@home1.example>";
  ASSERT_EQ(lab.register_phone(work), 200);
  std::map<std::string, int> drawn;
  for (int i = 0; i < 64; ++i) {
    ++drawn[values(*sent({.method = "MESSAGE"}), Field::kPAssertedIdentity)];
  }
  EXPECT_EQ(drawn.size(), 2U);
}

TEST(NoIdentity, RowWithoutAnyAssertsNothing) {
  Lab lab;
  const sip::Message request = lab.send_register({})->clone();
  lab.core_answers(request, 200,
                   {"Contact: " + Phone{}.contact_value() + ";expires=60",
                    "P-Associated-URI: <urn:service:sos>"});
  ASSERT_NE(lab.row(kAt), nullptr);
  ASSERT_TRUE(lab.row(kAt)->identities.empty());
  lab.forget();
  lab.send({}, kAt);
  EXPECT_EQ(lab.status_at(kAt), 403);
  EXPECT_TRUE(lab.to_core.empty());
}

/// A dialog that alice set up with carol, whose side a test plays through the core.
class InDialog : public Originating {
 protected:
  InDialog() {
    const sip::Message invite = sent({})->clone();
    icid = values(invite, Field::kPChargingVector);
    lab.core_answers(invite, 200, {"Contact: <sip:carol@192.0.2.9>"});
    const auto record = sip::name_addrs(*lab.last_to(kAt), Field::kRecordRoute);
    for (auto it = record.rbegin(); it != record.rend(); ++it) {
      routes += (routes.empty() ? "" : ", ") + it->text();
    }
    lab.forget();
  }
  [[nodiscard]] UeRequest in_dialog(const std::string& method) const {
    return {.method = method,
            .uri = "sip:carol@192.0.2.9",
            .headers = {"Route: " + routes + ", <sip:scscf1.home1.example;lr>"},
            .to = "<sip:carol@home2.example>;tag=answerer",
            .cseq = 2};
  }
  std::string routes;  ///< ours, as alice's UE has them
  std::string icid;
};

TEST_F(InDialog, RequestsOfItsPartyPassWithoutAssertion) {
  for (const char* method : {"BYE", "INFO", "PRACK", "UPDATE", "INVITE", "ACK", "TELEPORT"}) {
    UeRequest request = in_dialog(method);
    request.headers.emplace_back("P-Asserted-Identity: <sip:victim@home1.example>");
    request.headers.emplace_back("P-Preferred-Identity: <sip:alice@home1.example>");
    const sip::Message* relayed = sent(request);
    ASSERT_NE(relayed, nullptr) << method;
    EXPECT_EQ(values(*relayed, Field::kRoute), "<sip:scscf1.home1.example;lr>") << method;
    EXPECT_FALSE(relayed->has(Field::kPAssertedIdentity)) << method;
    EXPECT_FALSE(relayed->has(Field::kPPreferredIdentity)) << method;
    EXPECT_FALSE(relayed->has(Field::kRecordRoute)) << method;
    EXPECT_EQ(values(*relayed, Field::kPChargingVector), icid) << "the dialog's: " << method;
  }
}

TEST_F(InDialog, SomebodyElsesIsForbidden) {
  EXPECT_EQ(sent(in_dialog("BYE"), kBobAt), nullptr);
  EXPECT_EQ(lab.status_at(kBobAt), 403);
  EXPECT_EQ(lab.count(EventKind::kFlowMismatch), 1U);
  EXPECT_EQ(sent(in_dialog("ACK"), kBobAt), nullptr) << "dropped";
  EXPECT_EQ(lab.to_ue[kBobAt].size(), 1U) << "an ACK is never answered";
}

TEST_F(InDialog, TokenIsTiedToTheDialog) {
  for (const char* change : {"call-id", "tag", "token", "no-route", "path"}) {
    lab.forget();
    UeRequest request = in_dialog("BYE");
    if (change == std::string("call-id")) request.call_id = "other";
    if (change == std::string("tag")) request.from = "<sip:a@b.example>;tag=other";
    if (change == std::string("token")) {
      char& c = request.headers[0][request.headers[0].find("sip:") + 9];
      c = c == 'A' ? 'B' : 'A';
    }
    if (change == std::string("no-route")) request.headers.clear();
    if (change == std::string("path")) {
      request.headers = {"Route: " + std::string(*lab.send_register({})->find(Field::kPath))};
      lab.forget();
    }
    EXPECT_EQ(sent(request), nullptr) << change;
    EXPECT_EQ(lab.status_at(kAt), 403) << change;
    EXPECT_EQ(lab.count(EventKind::kFlowMismatch) + lab.count(EventKind::kForgedToken), 1U)
        << change;
  }
}

// T-19
TEST_F(InDialog, NextTenantOfTheAddressHasNoPartInIt) {
  ASSERT_EQ(lab.register_phone({.name = "dave", .source = kAt}), 200);
  lab.forget();
  EXPECT_EQ(sent(in_dialog("BYE")), nullptr);
  EXPECT_EQ(lab.status_at(kAt), 403);
}

TEST_F(InDialog, SurvivesARegistrationOnAnotherFlow) {
  Phone moved{.source = "203.0.113.77:5060"};
  ASSERT_EQ(lab.register_phone(moved, {.identities = kAliceIdentities}), 200);
  lab.forget();
  EXPECT_NE(sent(in_dialog("BYE"), moved.source), nullptr);
}

TEST_F(InDialog, RequestFromTheFarSideReachesTheUe) {
  std::string reversed;
  const std::size_t comma = routes.find(", ");
  reversed = routes.substr(comma + 2) + ", " + routes.substr(0, comma);
  const CoreRequest bye{.method = "BYE",
                        .route = reversed,
                        .to = "<sip:anything@anywhere.invalid>;tag=ue",
                        .from = "<sip:carol@home2.example>;tag=answerer",
                        .call_id = "call-1"};
  lab.from_core(bye.message());
  ASSERT_NE(lab.last_to(kAt), nullptr);
  EXPECT_EQ(lab.last_to(kAt)->method(), sip::Method::kBye);
  EXPECT_FALSE(lab.last_to(kAt)->has(Field::kRoute)) << "both of ours are gone";
}

TEST_F(Originating, AckWithoutADialogIsDropped) {
  EXPECT_EQ(sent({.method = "ACK"}), nullptr);
  EXPECT_TRUE(lab.to_ue.empty());
}

class Cancelling : public Originating {
 protected:
  Cancelling() {
    invite = sent({.branch = "z9hG4bKinv"})->clone();
    lab.core_answers(*invite, 180);
    lab.forget();
  }
  UeRequest cancel() { return {.method = "CANCEL", .branch = "z9hG4bKinv"}; }
  std::optional<sip::Message> invite;
};

TEST_F(Cancelling, OnItsOwnFlowEndsTheInvite) {
  const sip::Message* relayed = sent(cancel());
  ASSERT_NE(relayed, nullptr);
  EXPECT_EQ(relayed->method(), sip::Method::kCancel);
  EXPECT_EQ(lab.status_at(kAt), 200);
}

TEST_F(Cancelling, OnAnotherFlowFindsNothing) {
  UeRequest request = cancel();
  request.via = kAt;
  EXPECT_EQ(sent(request, kBobAt), nullptr);
  EXPECT_EQ(lab.status_at(kBobAt), 481);
}

TEST_F(Cancelling, ByTheNextTenantOfTheFlowFindsNothing) {
  ASSERT_EQ(lab.register_phone({.name = "dave", .source = kAt}), 200);
  lab.forget();
  EXPECT_EQ(sent(cancel()), nullptr);
  EXPECT_EQ(lab.status_at(kAt), 481);
  EXPECT_EQ(lab.count(EventKind::kFlowMismatch), 1U);
}

TEST_F(Cancelling, AnswersForTheLastTenantAreNotForTheNext) {
  ASSERT_EQ(lab.register_phone({.name = "dave", .source = kAt}), 200);
  lab.forget();
  lab.core_answers(*invite, 200, {"Contact: <sip:carol@192.0.2.9>"});
  EXPECT_EQ(lab.last_to(kAt), nullptr);
}

TEST_F(Originating, RetransmissionsCostOneRequest) {
  const std::string text = lab.send({.method = "MESSAGE"}, kAt);
  lab.receive(text, kAt);
  lab.receive(text, kAt);
  EXPECT_EQ(lab.to_core.size(), 1U);
}

TEST_F(Originating, CoreThatIsSilentIsReported) {
  sent({});
  lab.advance(40s);
  EXPECT_EQ(lab.status_at(kAt), 408);
}

}  // namespace
}  // namespace sipward::pcscf::test
