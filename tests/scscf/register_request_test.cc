// SPDX-License-Identifier: Apache-2.0
#include "agent/scscf/register_request.h"

#include <gtest/gtest.h>

#include "sip/reader.h"
#include "tests/scscf/role.h"

namespace sipward::scscf {
namespace {

using test::Register;

sip::Result<RegisterRequest, RegisterRefusal> parse(const Register& request) {
  Config config;
  config.domains = {"home1.example", "home3.example"};
  config.default_expires = 1800;
  config.max_contacts = 3;
  const auto message = sip::parse_message(test::text_of(request));
  if (!message) return RegisterRefusal{.status = 0, .reason = message.error().describe()};
  return parse_register(*message, config);
}

struct ProtectionRow {
  const char* value;
  Protection protection;
  bool deregisters = false;
};
class ProtectionTable : public testing::TestWithParam<ProtectionRow> {};

TEST_P(ProtectionTable, Reads) {
  const Protection read = parse_protection(GetParam().value);
  EXPECT_EQ(read, GetParam().protection);
  EXPECT_EQ(allows_deregistration(read), GetParam().deregisters);
}

// TS 24.229 7.2A.2: any case on the wire.
INSTANTIATE_TEST_SUITE_P(
    Flags, ProtectionTable,
    testing::Values(ProtectionRow{"ip-assoc-pending", Protection::kIpAssocPending},
                    ProtectionRow{"ip-assoc-yes", Protection::kIpAssocYes, true},
                    ProtectionRow{"IP-Assoc-Yes", Protection::kIpAssocYes, true},
                    ProtectionRow{"tls-pending", Protection::kTlsPending},
                    ProtectionRow{"tls-yes", Protection::kTlsYes, true},
                    ProtectionRow{"yes", Protection::kOther},
                    ProtectionRow{"no", Protection::kOther},
                    ProtectionRow{"auth-done", Protection::kOther},
                    ProtectionRow{"tls-connected", Protection::kOther},
                    ProtectionRow{"", Protection::kOther}));

TEST(Protection, AbsentIsItsOwnCase) {
  EXPECT_EQ(parse_protection(std::nullopt), Protection::kAbsent);
  EXPECT_FALSE(allows_deregistration(Protection::kAbsent));
}

struct RefusedRow {
  const char* name;
  Register request;
  int status;
};
class RefusedRegisters : public testing::TestWithParam<RefusedRow> {};

TEST_P(RefusedRegisters, BeforeAnybodyIsAsked) {
  const auto read = parse(GetParam().request);
  ASSERT_FALSE(read.ok());
  EXPECT_EQ(read.error().status, GetParam().status) << read.error().reason;
}

INSTANTIATE_TEST_SUITE_P(
    Rfc3261Section10, RefusedRegisters,
    testing::Values(
        RefusedRow{"other_domain", {.uri = "sip:home2.example"}, 404},
        RefusedRow{"tel_uri", {.uri = "tel:+1555"}, 404},
        RefusedRow{"unknown_extension", {.headers = {"Require: foo, path"}}, 420},
        RefusedRow{"star_without_expires", {.contact = "*"}, 400},
        RefusedRow{"star_with_other_expires", {.contact = "*", .headers = {"Expires: 60"}}, 400},
        RefusedRow{"bad_expires", {.contact = "<sip:a@192.0.2.1>;expires=soon"}, 400},
        RefusedRow{"bad_reg_id", {.contact = "<sip:a@192.0.2.1>;reg-id=x"}, 400},
        RefusedRow{"reg_id_zero", {.contact = "<sip:a@192.0.2.1>;reg-id=0"}, 400},
        RefusedRow{"contact_of_another_scheme", {.contact = "<mailto:a@home1.example>"}, 400},
        RefusedRow{
            "endless_instance",
            {.contact = "<sip:a@192.0.2.1>;+sip.instance=\"<" + std::string(300, 'x') + ">\""},
            400},
        RefusedRow{"too_many_contacts",
                   {.contact = "<sip:a@192.0.2.1>, <sip:a@192.0.2.2>, <sip:a@192.0.2.3>, "
                               "<sip:a@192.0.2.4>"},
                   400}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(RegisterRequest, UnsupportedNamesTheOptions) {
  const auto read = parse({.headers = {"Require: foo", "Require: bar"}});
  EXPECT_EQ(read.error().unsupported, "foo, bar");
}

TEST(RegisterRequest, ReadsTheWorkedExample) {
  const auto read = parse(
      {.contact = "<sip:alice@10.0.0.5:5060>;+sip.instance=\"<urn:uuid:00000000-0000-1000-8000-"
                  "AABBCCDDEEFF>\";reg-id=1;expires=3600",
       .path = "<sip:VskztcQ.3@pcscf1.home1.example;lr;ob>"});
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->impu.text(), "sip:alice@home1.example");
  ASSERT_EQ(read->contacts.size(), 1U);
  const RequestedContact& contact = read->contacts[0];
  EXPECT_EQ(contact.expires, 3600U);
  EXPECT_EQ(contact.reg_id, 1U);
  EXPECT_EQ(contact.instance, "<urn:uuid:00000000-0000-1000-8000-AABBCCDDEEFF>");
  EXPECT_TRUE(contact.wants_outbound());
  EXPECT_FALSE(contact.contact.params.has("expires"));
  EXPECT_TRUE(read->first_hop_has_outbound());
  EXPECT_FALSE(read->removes());
  EXPECT_FALSE(read->is_fetch());
}

TEST(RegisterRequest, ExpiresOfTheContactThenOfTheHeaderThenTheDefault) {
  const auto read = parse(
      {.contact = "<sip:a@192.0.2.1>;expires=7, <sip:a@192.0.2.2>", .headers = {"Expires: 90"}});
  EXPECT_EQ(read->contacts[0].expires, 7U);
  EXPECT_EQ(read->contacts[1].expires, 90U);
  EXPECT_EQ(parse({.contact = "<sip:a@192.0.2.1>"})->contacts[0].expires, 1800U);
}

TEST(RegisterRequest, TellsWhatItDoes) {
  EXPECT_TRUE(parse({.contact = ""})->is_fetch());
  EXPECT_TRUE(parse({.contact = "*", .headers = {"Expires: 0"}})->removes());
  EXPECT_TRUE(parse({.contact = "<sip:a@192.0.2.1>, <sip:a@192.0.2.2>;expires=0"})->removes());
  EXPECT_FALSE(parse({.contact = "<sip:a@192.0.2.1>;reg-id=1"})->contacts[0].wants_outbound())
      << "reg-id means nothing without an instance";
}

TEST(RegisterRequest, FirstHopIsTheLastInPath) {
  EXPECT_TRUE(parse({.path = "<sip:edge.example;lr>, <sip:pcscf1.home1.example;lr;ob>"})
                  ->first_hop_has_outbound());
  EXPECT_FALSE(parse({.path = "<sip:edge.example;lr;ob>, <sip:pcscf1.home1.example;lr>"})
                   ->first_hop_has_outbound());
  EXPECT_FALSE(parse({.path = ""})->first_hop_has_outbound());
}

}  // namespace
}  // namespace sipward::scscf
