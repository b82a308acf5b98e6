// SPDX-License-Identifier: Apache-2.0
#include "agent/pcscf/registrant.h"

#include <gtest/gtest.h>

#include "tests/pcscf/pcscf_lab.h"

namespace sipward::pcscf {
namespace {

using sip::Field;

const std::string kDigest =
    "Digest username=\"alice_priv@h.example\", realm=\"h.example\", nonce=\"\", "
    "uri=\"sip:h.example\", "
    "response=\"\"";
const std::string kFlow = ";+sip.instance=\"<urn:uuid:1>\";reg-id=2";

sip::Message request(const std::vector<std::string>& lines,
                     const std::string& to = "<sip:alice@h.example>") {
  sip::Message message =
      sip::Message::request(sip::Method::kRegister, *sip::parse_uri("sip:h.example"));
  test::add_lines(message, {"Via: SIP/2.0/UDP 203.0.113.7;branch=z9hG4bK1", "To: " + to,
                            "From: <sip:x@y>;tag=1", "Call-ID: c1", "CSeq: 7 REGISTER"});
  test::add_lines(message, lines);
  return message;
}

TEST(ReadRegistrant, TakesTheUserFromDigest) {
  const auto read = read_registrant(request({"Authorization: " + kDigest}));
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->impi.text, "alice_priv@h.example");
  EXPECT_EQ(read->aor.text(), "sip:alice@h.example");
  EXPECT_EQ(read->call_id, "c1");
  EXPECT_EQ(read->cseq, 7U);
  EXPECT_FALSE(read->forged_flag);
}

// TS 33.203 P.6, TS 23.003 13.3
TEST(ReadRegistrant, DerivesTheUserWithoutDigest) {
  for (const auto& lines : {std::vector<std::string>{}, {"Authorization: Bearer x"}}) {
    const auto read = read_registrant(request(lines, "\"A\" <sip:alice@H.example;x=y>;tag=t"));
    ASSERT_TRUE(read.ok());
    EXPECT_EQ(read->impi.text, "alice@h.example");
    EXPECT_FALSE(read->credentials);
  }
}

TEST(ReadRegistrant, RefusesWhatReadsTwoWays) {
  const struct {
    const char* name;
    std::vector<std::string> lines;
    const char* to;
    RegistrantError error;
  } rows[] = {
      {"To names nobody", {}, "<sip:h.example>", RegistrantError::kNoIdentity},
      {"no username",
       {"Authorization: Digest realm=\"r\", nonce=\"\", uri=\"sip:x\", response=\"\", "
        "username=\"\""},
       "<sip:a@b>",
       RegistrantError::kNoIdentity},
      {"two Digest values, one realm",
       {"Authorization: " + kDigest, "Authorization: " + kDigest},
       "<sip:a@b>",
       RegistrantError::kTwoCredentials},
      {"a parameter twice",
       {"Authorization: " + kDigest + ", username=\"b\""},
       "<sip:a@b>",
       RegistrantError::kBadCredentials},
      {"a flag inside a value",
       {"Authorization: " + kDigest + ", opaque=\"\\\", Integrity-Protected=\\\"yes\""},
       "<sip:a@b>",
       RegistrantError::kBadCredentials},
      {"star beside a contact",
       {"Contact: *", "Contact: <<"},
       "<sip:a@b>",
       RegistrantError::kBadContact},
  };
  for (const auto& row : rows) {
    const auto read = read_registrant(request(row.lines, row.to));
    ASSERT_FALSE(read.ok()) << row.name;
    EXPECT_EQ(read.error(), row.error) << row.name;
    EXPECT_FALSE(describe(read.error()).empty());
  }
}

// RFC 5626 4.2, 5.1
TEST(ReadRegistrant, OutboundNeedsAllItsParts) {
  const struct {
    const char* name;
    std::vector<std::string> lines;
    bool outbound;
    std::uint32_t reg_id;
  } rows[] = {
      {"all", {"Contact: <sip:a@x>" + kFlow, "Supported: path", "Supported: outbound"}, true, 2},
      {"not supported", {"Contact: <sip:a@x>" + kFlow, "Supported: path"}, false, 2},
      {"no reg-id",
       {"Contact: <sip:a@x>;+sip.instance=\"<urn:x>\"", "Supported: outbound"},
       false,
       0},
      {"reg-id without instance", {"Contact: <sip:a@x>;reg-id=1", "Supported: outbound"}, false, 0},
      {"reg-id of 0",
       {"Contact: <sip:a@x>;+sip.instance=\"<u>\";reg-id=0", "Supported: outbound"},
       false,
       0},
      {"two contacts",
       {"Contact: <sip:a@x>" + kFlow, "Contact: <sip:a@y>", "Supported: outbound"},
       false,
       0},
      {"not the first hop",
       {"Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK2", "Contact: <sip:a@x>" + kFlow,
        "Supported: outbound"},
       false,
       2},
  };
  for (const auto& row : rows) {
    const auto read = read_registrant(request(row.lines));
    ASSERT_TRUE(read.ok()) << row.name;
    EXPECT_EQ(read->outbound, row.outbound) << row.name;
    EXPECT_EQ(read->reg_id, row.reg_id) << row.name;
  }
}

TEST(ReadRegistrant, TellsRemovalFromRefreshAndQuery) {
  const struct {
    std::vector<std::string> lines;
    bool removes;
  } rows[] = {
      {{}, false},
      {{"Expires: 0"}, false},
      {{"Contact: *", "Expires: 0"}, true},
      {{"Contact: <sip:a@x>", "Expires: 0"}, true},
      {{"Contact: <sip:a@x>;expires=0"}, true},
      {{"Contact: <sip:a@x>;expires=60", "Expires: 0"}, false},
      {{"Contact: <sip:a@x>;expires=0", "Contact: <sip:a@y>"}, false},
      {{"Contact: <sip:a@x>"}, false},
  };
  for (const auto& row : rows) {
    const auto read = read_registrant(request(row.lines));
    ASSERT_TRUE(read.ok());
    EXPECT_EQ(read->removes, row.removes) << testing::PrintToString(row.lines);
  }
}

TEST(WriteFlag, ReplacesTheParameterAndKeepsTheRest) {
  const std::string ours = ", integrity-protected=\"ip-assoc-yes\"";
  const struct {
    std::vector<std::string> before;
    Flag flag;
    std::string after;
  } rows[] = {
      {{}, Flag::kIpAssocYes, ""},
      {{kDigest}, Flag::kIpAssocYes, kDigest + ours},
      {{kDigest + ", integrity-protected=\"tls-yes\""}, Flag::kNone, kDigest},
      {{kDigest + ", INTEGRITY-PROTECTED=no"}, Flag::kIpAssocYes, kDigest + ours},
      {{"Bearer x, y", kDigest}, Flag::kIpAssocYes, "Bearer x, y, " + kDigest + ours},
      {{"Other a=\"b\", Integrity-Protected=\"yes\"", kDigest}, Flag::kNone, kDigest},
  };
  for (const auto& row : rows) {
    std::vector<std::string> lines;
    for (const auto& value : row.before) lines.push_back("Authorization: " + value);
    sip::Message message = request(lines);
    write_flag(message, row.flag);
    EXPECT_EQ(test::values(message, Field::kAuthorization), row.after);
  }
}

TEST(SameContact, ByFlowOrByUri) {
  const struct {
    const char* a;
    const char* b;
    bool same;
  } rows[] = {
      {"<sip:a@x>", "<sip:a@X>;expires=60", true},
      {"<sip:a@x>", "<sip:a@x:5060>", false},
      {"<sip:a@x>;+sip.instance=\"<1>\";reg-id=1", "<sip:a@y>;+sip.instance=\"<1>\";reg-id=1",
       true},
      {"<sip:a@x>;+sip.instance=\"<1>\";reg-id=1", "<sip:a@x>;+sip.instance=\"<1>\";reg-id=2",
       false},
      {"<sip:a@x>;+sip.instance=\"<1>\";reg-id=1", "<sip:a@x>;+sip.instance=\"<2>\";reg-id=1",
       false},
      {"<sip:a@x>;+sip.instance=\"<1>\";reg-id=1", "<sip:a@x>", true},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(same_contact(*sip::parse_name_addr(row.a), *sip::parse_name_addr(row.b)), row.same)
        << row.a << ' ' << row.b;
  }
}

}  // namespace
}  // namespace sipward::pcscf
