// SPDX-License-Identifier: Apache-2.0
// REGISTER once the user is proved: what is registered, and the 200 OK.
#include "agent/scscf/grant.h"

#include <gtest/gtest.h>

#include "sip/digest.h"
#include "sip/headers.h"
#include "tests/scscf/role.h"

namespace sipward::scscf::test {
namespace {

using ims::EventKind;
using std::chrono::seconds;

constexpr const char* kFlowContact =
    "<sip:alice@10.0.0.5:5060>;+sip.instance=\"<urn:uuid:00000000-0000-1000-8000-AABBCCDDEEFF>\""
    ";reg-id=1;expires=3600";
constexpr const char* kFlowPath = "<sip:VskztcQ.3@pcscf1.home1.example;lr;ob>";

class Grant : public testing::Test {
 protected:
  /// A REGISTER with a right answer; the status.
  int send(Register request, const std::string& flag = "ip-assoc-yes", UeAnswer how = {}) {
    register_user(role, std::move(request), std::move(how), flag);
    return role.status();
  }
  std::size_t contacts() const {
    const auto* registration = role.scscf->registrations().find({kAliceImpi});
    return registration == nullptr ? 0 : registration->contacts.size();
  }
  std::vector<std::string> values(sip::Field field) const {
    std::vector<std::string> all;
    for (const auto value : role.response().all(field)) all.emplace_back(value);
    return all;
  }
  Role role;
};

// The 200 OK of the worked example, header by header.
TEST_F(Grant, WorkedExample) {
  role.subscribers[kAliceImpi] = make_user(
      kAliceImpi, "alice-pw-1",
      {"\"Alice\" <sip:alice@home1.example>", "<tel:+15551000>", "<sip:quiet@home1.example>"});
  role.subscribers[kAliceImpi].identities[2].barred = true;
  ASSERT_EQ(send({.contact = kFlowContact, .path = kFlowPath}, "ip-assoc-pending"), 200);

  EXPECT_EQ(values(sip::Field::kPath), std::vector<std::string>{kFlowPath});
  EXPECT_EQ(values(sip::Field::kRequire), std::vector<std::string>{"outbound"});
  EXPECT_EQ(values(sip::Field::kPAssociatedUri),
            (std::vector<std::string>{"\"Alice\" <sip:alice@home1.example>", "<tel:+15551000>"}));
  EXPECT_EQ(values(sip::Field::kContact), std::vector<std::string>{kFlowContact});
  const auto route = sip::name_addrs(role.response(), sip::Field::kServiceRoute);
  ASSERT_EQ(route.size(), 1U);
  EXPECT_TRUE(sip::equivalent(route[0].uri, *sip::parse_uri("sip:orig@scscf1.home1.example;lr")));

  EXPECT_EQ(info_value(role.response(), "qop"), "auth");
  EXPECT_EQ(info_value(role.response(), "cnonce"), "c0a80001");
  EXPECT_EQ(info_value(role.response(), "nc"), "00000001");
  EXPECT_EQ(info_value(role.response(), "rspauth").size(), 64U) << "SHA-256, as the answer";
}

TEST_F(Grant, NextNonceIsGoodForTheNextRequest) {
  ASSERT_EQ(send({}), 200);
  const std::string next = info_value(role.response(), "nextnonce");
  role.receive(text_of(Register{.authorization = credentials_for(next, {})}));
  EXPECT_EQ(role.status(), 200);
}

TEST_F(Grant, RspauthProvesTheSecret) {
  role.receive(text_of(Register{}));
  const std::string nonce = challenges_of(role.response())[0].nonce;
  role.receive(text_of(Register{.authorization = credentials_for(nonce, {.algorithm = "MD5"})}));
  ASSERT_EQ(role.status(), 200);
  EXPECT_EQ(info_value(role.response(), "rspauth"),
            sip::digest_response({.algorithm = sip::DigestAlgorithm::kMd5,
                                  .ha1 = "e27eb9ccb2795bc81eb2cc2991e3c8b5",
                                  .nonce = nonce,
                                  .nc = "00000001",
                                  .cnonce = "c0a80001",
                                  .method = "",
                                  .uri = "sip:home1.example"}));
}

TEST_F(Grant, ServiceRouteIsTheRegistrationsOwn) {
  const auto route = [&] { return std::string(*role.response().find(sip::Field::kServiceRoute)); };
  const auto flow = [](int id) {
    return Register{
        .contact = "<sip:alice@10.0.0.5>;+sip.instance=\"<urn:x>\";reg-id=" + std::to_string(id),
        .path = kFlowPath};
  };
  ASSERT_EQ(send(flow(1)), 200);
  const std::string first = route();
  ASSERT_EQ(send(flow(2)), 200);
  EXPECT_NE(route(), first) << "another flow";
  ASSERT_EQ(send(flow(1)), 200);
  EXPECT_EQ(route(), first) << "a refresh";
}

TEST_F(Grant, IdentityOfSomebodyElseIsForbidden) {
  EXPECT_EQ(send({.user = "bob"}), 403);
  EXPECT_EQ(role.count(EventKind::kIdentityNotOwned), 1U);
  EXPECT_EQ(role.count(EventKind::kAuthenticated), 1U);
  EXPECT_EQ(role.scscf->registrations().size(), 0U);
}

TEST_F(Grant, BarredIdentityBringsItsSetUp) {
  role.subscribers[kAliceImpi].identities[1].barred = true;
  role.subscribers[kAliceImpi].identities.push_back(
      make_user("x@y", "z", {"<sip:temporary@home1.example>"}).identities[0]);
  role.subscribers[kAliceImpi].identities[2].is_default = false;
  role.subscribers[kAliceImpi].identities[2].barred = true;
  EXPECT_EQ(send({.user = "temporary"}), 200);
  EXPECT_EQ(values(sip::Field::kPAssociatedUri).size(), 1U);
}

TEST_F(Grant, SetOfBarredIdentitiesIsForbidden) {
  for (auto& identity : role.subscribers[kAliceImpi].identities) {
    identity.barred = true;
    identity.is_default = false;
  }
  EXPECT_EQ(send({}), 403);
  EXPECT_EQ(role.scscf->registrations().size(), 0U);
}

TEST_F(Grant, OnlyTheNamedSetIsRegistered) {
  role.subscribers[kAliceImpi].identities[1].set = 1;
  role.subscribers[kAliceImpi].identities[1].is_default = true;
  ASSERT_EQ(send({}), 200);
  EXPECT_EQ(values(sip::Field::kPAssociatedUri).size(), 1U);
  EXPECT_TRUE(role.scscf->registrations().with(*ims::Impu::parse("tel:+15551000")).empty());
}

struct OutboundRow {
  const char* name;
  const char* contact;
  const char* path;
  int status;
  bool require;
};
class GrantOutbound : public testing::TestWithParam<OutboundRow> {};

TEST_P(GrantOutbound, AsTheFirstHopAllows) {
  const OutboundRow& row = GetParam();
  Role role;
  register_user(role, {.contact = row.contact, .path = row.path}, {});
  EXPECT_EQ(role.status(), row.status);
  EXPECT_EQ(sip::has_token(role.response(), sip::Field::kRequire, "outbound"), row.require);
}

INSTANTIATE_TEST_SUITE_P(
    Rfc5626Section6, GrantOutbound,
    testing::Values(OutboundRow{"flow", kFlowContact, kFlowPath, 200, true},
                    OutboundRow{"first_hop_lacks_outbound", kFlowContact,
                                "<sip:t@pcscf1.home1.example;lr>", 439, false},
                    OutboundRow{"no_path", kFlowContact, "", 439, false},
                    OutboundRow{"no_reg_id", "<sip:alice@10.0.0.5>;+sip.instance=\"<urn:x>\"",
                                kFlowPath, 200, false},
                    OutboundRow{"no_instance", "<sip:alice@10.0.0.5>;reg-id=1", kFlowPath, 200,
                                false},
                    OutboundRow{"plain", "<sip:alice@10.0.0.5>", kFlowPath, 200, false}),
    [](const auto& row) { return std::string(row.param.name); });

struct ExpiryRow {
  const char* name;
  const char* asked;
  int status;
  const char* granted;
};
class GrantExpiry : public testing::TestWithParam<ExpiryRow> {};

TEST_P(GrantExpiry, IsWithinTheLimits) {
  const ExpiryRow& row = GetParam();
  Role role([](Config& c) {
    c.min_expires = 60;
    c.default_expires = 1800;
    c.max_expires = 7200;
  });
  register_user(role, {.contact = "<sip:alice@10.0.0.5>" + std::string(row.asked)}, {});
  ASSERT_EQ(role.status(), row.status);
  if (row.status == 423) {
    EXPECT_EQ(sip::number(role.response(), sip::Field::kMinExpires), 60U);
    EXPECT_EQ(role.scscf->registrations().size(), 0U);
    return;
  }
  const auto contact = sip::first_name_addr(role.response(), sip::Field::kContact);
  ASSERT_TRUE(contact);
  EXPECT_EQ(contact->params.value("expires"), row.granted);
}

INSTANTIATE_TEST_SUITE_P(Limits, GrantExpiry,
                         testing::Values(ExpiryRow{"default_", "", 200, "1800"},
                                         ExpiryRow{"as_asked", ";expires=600", 200, "600"},
                                         ExpiryRow{"least", ";expires=60", 200, "60"},
                                         ExpiryRow{"too_brief", ";expires=59", 423, ""},
                                         ExpiryRow{"shortened", ";expires=100000", 200, "7200"},
                                         ExpiryRow{"largest_number", ";expires=4294967295", 200,
                                                   "7200"}),
                         [](const auto& row) { return std::string(row.param.name); });

TEST_F(Grant, FetchListsAndChangesNothing) {
  ASSERT_EQ(send({}), 200);
  role.advance(seconds(100));
  ASSERT_EQ(send({.contact = ""}), 200);
  EXPECT_EQ(values(sip::Field::kContact),
            std::vector<std::string>{"<sip:alice@10.0.0.5:5060>;expires=3500"});
  EXPECT_TRUE(role.response().has(sip::Field::kServiceRoute));
}

TEST_F(Grant, FetchOfNothing) {
  ASSERT_EQ(send({.contact = ""}), 200);
  EXPECT_FALSE(role.response().has(sip::Field::kContact));
  EXPECT_FALSE(role.response().has(sip::Field::kServiceRoute));
}

TEST_F(Grant, ContactsOfAnotherUserAreNotShown) {
  auto& bob = role.subscribers[kBobImpi];
  bob.identities.push_back(role.subscribers[kAliceImpi].identities[0]);
  bob.identities.back().is_default = false;
  ASSERT_TRUE(register_bob(role));
  ASSERT_EQ(send({}), 200);
  EXPECT_EQ(values(sip::Field::kContact).size(), 1U);
}

// TS 24.229 5.4.1.4: what the flag must say before a contact goes.
struct RemovalRow {
  const char* name;
  const char* flag;
  int status;
};
class Removal : public testing::TestWithParam<RemovalRow> {};

TEST_P(Removal, NeedsTheSourceToBeTheUsers) {
  for (const Register& removal : {Register{.contact = "*", .headers = {"Expires: 0"}},
                                  Register{.contact = "<sip:alice@10.0.0.5:5060>;expires=0"}}) {
    Role role;
    ASSERT_TRUE(register_alice(role));
    register_user(role, removal, {}, GetParam().flag);
    EXPECT_EQ(role.status(), GetParam().status);
    EXPECT_EQ(role.scscf->registrations().size(), GetParam().status == 200 ? 0U : 1U);
    EXPECT_EQ(role.count(EventKind::kIdentityNotOwned), GetParam().status == 403 ? 1U : 0U);
    if (role.status() == 200) {
      EXPECT_FALSE(role.response().has(sip::Field::kContact));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Flags, Removal,
                         testing::Values(RemovalRow{"bound", "ip-assoc-yes", 200},
                                         RemovalRow{"tls", "tls-yes", 200},
                                         RemovalRow{"not_bound", "ip-assoc-pending", 403},
                                         RemovalRow{"tls_not_tied", "tls-pending", 403},
                                         RemovalRow{"absent", "", 403},
                                         RemovalRow{"another_scheme", "yes", 401}),
                         [](const auto& row) { return std::string(row.param.name); });

// T-13
TEST_F(Grant, SpoofedRemovalIsChallengedWhateverTheFlag) {
  ASSERT_EQ(send({}), 200);
  role.receive(text_of(Register{
      .authorization = "Digest username=\"alice_priv@home1.example\", realm=\"home1.example\", "
                       "nonce=\"\", uri=\"sip:home1.example\", response=\"\", "
                       "integrity-protected=\"ip-assoc-yes\"",
      .contact = "*",
      .headers = {"Expires: 0"}}));
  EXPECT_EQ(role.status(), 401);
  EXPECT_EQ(contacts(), 1U);
}

TEST_F(Grant, UnknownContactIs481) {
  ASSERT_EQ(send({}), 200);
  EXPECT_EQ(send({.contact = "<sip:alice@192.0.2.99>;expires=0"}), 481);
  EXPECT_EQ(contacts(), 1U);
  ASSERT_EQ(send({.contact = "*", .headers = {"Expires: 0"}}), 200);
  EXPECT_EQ(send({.contact = "*", .headers = {"Expires: 0"}}), 481);
}

TEST_F(Grant, NewContactReplacesTheOld) {
  ASSERT_EQ(send({}), 200);
  ASSERT_EQ(send({.contact = "<sip:alice@10.0.0.77:5060>"}), 200);
  ASSERT_EQ(values(sip::Field::kContact).size(), 1U);
  EXPECT_NE(values(sip::Field::kContact)[0].find("10.0.0.77"), std::string::npos);
}

TEST_F(Grant, OlderRequestOfTheCallIsRefused) {
  const std::string early = text_of(Register{});  // a lower CSeq, sent later
  ASSERT_EQ(send({}), 200);
  const std::string next = info_value(role.response(), "nextnonce");
  std::string late = early;
  late.insert(late.find("Contact:"), "Authorization: " + credentials_for(next, {}) + "\r\n");
  role.receive(late);
  EXPECT_EQ(role.status(), 500);
}

TEST_F(Grant, LimitsAreRefusedAndReported) {
  Role small([](Config& c) {
    c.max_registrations = 1;
    c.max_contacts = 1;
  });
  ASSERT_TRUE(register_user(small, {.contact = kFlowContact, .path = kFlowPath}, {}));
  std::string second = kFlowContact;
  second.replace(second.find("reg-id=1"), 8, "reg-id=2");
  EXPECT_FALSE(register_user(small, {.contact = second, .path = kFlowPath}, {}));
  EXPECT_EQ(small.status(), 403);
  EXPECT_FALSE(register_bob(small));
  EXPECT_EQ(small.status(), 503);
  EXPECT_TRUE(small.response().has(sip::Field::kRetryAfter));
  EXPECT_EQ(small.count(EventKind::kOverload), 2U);
}

TEST_F(Grant, RegistrationRunsOut) {
  ASSERT_EQ(send({.contact = "<sip:alice@10.0.0.5>;expires=60"}), 200);
  role.advance(seconds(59));
  EXPECT_EQ(contacts(), 1U);
  role.advance(seconds(1));
  EXPECT_EQ(contacts(), 0U);
}

}  // namespace
}  // namespace sipward::scscf::test
