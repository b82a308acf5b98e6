// SPDX-License-Identifier: Apache-2.0
#include "agent/pcscf/scrub.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/pcscf/pcscf_lab.h"

namespace sipward::pcscf {
namespace {

using sip::Field;

sip::Message request(const std::vector<std::string>& lines, const std::string& uri = "sip:a@b") {
  sip::Message message = sip::Message::request(sip::Method::kInvite, *sip::parse_uri(uri));
  test::add_lines(message, lines);
  return message;
}
sip::Message response(const std::vector<std::string>& lines) {
  sip::Message message = sip::Message::response(200);
  test::add_lines(message, lines);
  return message;
}

struct HeaderRow {
  const char* line;
  bool leaves_ue;   ///< passes from a UE to the core
  bool reaches_ue;  ///< passes from the core to a UE
};

// TS 24.229 4.4 and 5.2.1, RFC 3325, RFC 7315
const HeaderRow kHeaders[] = {
    {"P-Asserted-Identity: <sip:v@h.example>", false, true},
    {"P-Preferred-Identity: <sip:v@h.example>", false, false},
    {"P-Asserted-Service: urn:x", false, true},
    {"P-Preferred-Service: urn:x", true, true},
    {"P-Charging-Vector: icid-value=1", false, false},
    {"P-Charging-Function-Addresses: ccf=a", false, false},
    {"P-Access-Network-Info: IEEE-802.11", true, false},
    {"P-Access-Network-Info: IEEE-802.11;Network-Provided", false, false},
    {"P-Served-User: <sip:v@h.example>", false, false},
    {"P-Profile-Key: <sip:v@h.example>", false, false},
    {"P-Private-Network-Indication: h.example", false, false},
    {"P-User-Database: <aaa://h.example>", false, false},
    {"P-Visited-Network-ID: \"v\"", false, false},
    {"P-Called-Party-ID: <sip:v@h.example>", false, true},
    {"P-Associated-URI: <sip:v@h.example>", false, true},
    {"Service-Route: <sip:s@h.example;lr>", false, true},
    {"Path: <sip:s@h.example;lr>", false, true},
    {"Feature-Caps: *;+x", false, true},
    {"Resource-Priority: ets.0", false, true},
    {"Restoration-Info: noresponse", false, false},
    {"Relayed-Charge: icid", false, false},
    {"Service-Interact-Info: x", false, false},
    {"Cellular-Network-Info: 3GPP-NR;x=y", false, false},
    {"Attestation-Info: x", false, false},
    {"Origination-Id: x", false, false},
    {"Additional-Identity: <sip:v@h.example>", false, true},
    {"Security-Client: tls", false, false},
    {"Security-Server: tls", false, false},
    {"Security-Verify: tls", false, false},
    {"Privacy: id", true, true},
    {"Proxy-Authorization: Digest username=\"a\"", true, true},
    {"Authorization: Digest username=\"a\"", true, true},
    {"Proxy-Authenticate: Digest realm=\"a\", nonce=\"n\"", true, true},
    {"Supported: outbound", true, true},
    {"X-Unknown: kept", true, true},
};

bool has(const sip::Message& message, const std::string& line) {
  const std::string name = line.substr(0, line.find(':'));
  return std::any_of(message.headers().begin(), message.headers().end(),
                     [&](const auto& header) { return header.name == name; });
}

TEST(Scrub, TrustBoundaryBothWays) {
  for (const HeaderRow& row : kHeaders) {
    for (const bool is_request : {true, false}) {
      const auto make = [&] { return is_request ? request({row.line}) : response({row.line}); };
      sip::Message in = make();
      scrub_from_ue(in);
      EXPECT_EQ(has(in, row.line), row.leaves_ue) << row.line << is_request;
      sip::Message out = make();
      scrub_toward_ue(out);
      EXPECT_EQ(has(out, row.line), row.reaches_ue) << row.line << is_request;
    }
  }
}

TEST(Scrub, NamesWhatItFound) {
  sip::Message message =
      request({"P-Asserted-Identity: <sip:v@h.example>", "P-Asserted-Identity: <tel:+1>",
               "P-Served-User: <sip:v@h.example>", "P-Preferred-Identity: <sip:a@h.example>",
               "Security-Verify: tls", "Require: sec-agree"});
  EXPECT_EQ(joined(scrub_from_ue(message)), "P-Asserted-Identity, P-Served-User")
      << "each once; what a UE may send is not held against it";
}

TEST(Scrub, SecurityAgreementTagsGo) {
  sip::Message message =
      request({"Require: sec-agree", "Require: 100rel", "Proxy-Require: Sec-Agree"});
  scrub_from_ue(message);
  EXPECT_EQ(test::values(message, Field::kRequire), "100rel");
  EXPECT_FALSE(message.has(Field::kProxyRequire));
}

TEST(Scrub, UeIsNoProxy) {
  sip::Message message = request({"Record-Route: <sip:evil.invalid;lr>"});
  EXPECT_EQ(joined(scrub_from_ue(message)), "Record-Route");
  sip::Message echoed = response({"Record-Route: <sip:pcscf1.home1.example;lr>"});
  EXPECT_TRUE(scrub_from_ue(echoed).empty());
  EXPECT_TRUE(echoed.has(Field::kRecordRoute)) << "a response echoes it";
}

TEST(Scrub, NetworkUriParametersGo) {
  sip::Message message =
      request({"From: <tel:+15551000;cpc=payphone;oli=29>;tag=1", "To: <sip:b@c>"},
              "sip:carol@home2.example;iotl=homeA-homeB;user=phone");
  EXPECT_EQ(joined(scrub_from_ue(message)), "iotl, cpc, oli");
  EXPECT_EQ(message.request_uri().text(), "sip:carol@home2.example;user=phone");
  EXPECT_EQ(test::values(message, Field::kFrom), "<tel:+15551000>;tag=1");
}

// RFC 3323 4.2, RFC 3325 9.3
TEST(Scrub, IdentityPrivacy) {
  const struct {
    std::vector<std::string> lines;
    bool asked;
  } rows[] = {{{}, false},
              {{"Privacy: none"}, false},
              {{"Privacy: id"}, true},
              {{"Privacy: ID"}, true},
              {{"Privacy: user ; id;critical"}, true},
              {{"Privacy: header", "Privacy: id"}, true},
              {{"Privacy: idx;user"}, false}};
  for (const auto& row : rows) {
    auto lines = row.lines;
    EXPECT_EQ(asks_identity_privacy(request(lines)), row.asked) << testing::PrintToString(lines);
    lines.emplace_back("P-Asserted-Identity: <sip:v@h.example>");
    lines.emplace_back("Additional-Identity: <sip:v@h.example>");
    sip::Message message = request(lines);
    scrub_toward_ue(message);
    EXPECT_EQ(message.has(Field::kPAssertedIdentity), !row.asked);
    EXPECT_EQ(message.has(Field::kAdditionalIdentity), !row.asked);
  }
}

}  // namespace
}  // namespace sipward::pcscf
