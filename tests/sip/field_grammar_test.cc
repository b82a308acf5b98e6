// SPDX-License-Identifier: Apache-2.0
#include "sip/field_grammar.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace sipward::sip {
namespace {

struct Row {
  Field field;
  std::vector<std::string> good;
  std::vector<std::string> bad;
};

void check(const Row& row) {
  for (const std::string& value : row.good) {
    EXPECT_TRUE(is_valid_value(row.field, value)) << field_name(row.field) << ": " << value;
  }
  for (const std::string& value : row.bad) {
    EXPECT_FALSE(is_valid_value(row.field, value)) << field_name(row.field) << ": " << value;
  }
}

TEST(FieldGrammar, Addresses) {
  const Row row{.field = Field::kFrom,
                .good = {"<sip:a@b>", "sip:a@b", "sip:a@b;tag=x", "Alice <sip:a@b>;tag=x;other",
                         "caller<sip:a@b>", "\"A, \\\"B\\\"\" <sip:a,b@c>;tag=x", "<tel:+1555>",
                         "<http://www.example.com>;tag=1", "\"\xd0\x96\" <sip:a@b>"},
                .bad = {"",
                        "<>",
                        "a@b",
                        "<sip:a@b",
                        "sip:a@b>",
                        "\"A <sip:a@b>",
                        "<sip:a@b> <sip:c@d>",
                        "<sip:a@b>, <sip:c@d>",
                        "sip:a@b, sip:c@d",
                        "A, B <sip:a@b>",
                        "< sip:a@b >",
                        "<sip:a@b>;tag=x;tag=y",
                        "<sip:a@b>;tag=x;TAG=x",
                        "<sip:a@b>;tag",
                        "<sip:a@b>;tag=",
                        "<sip:a@b>;tag=\"\"",
                        "<sip:a@b>;;tag=x",
                        "<sip:a@b>tag=x",
                        "sip:a@b?Route=x",
                        "\xd0\x96 <sip:a@b>",
                        "*"}};
  check(row);
  for (const Field field :
       {Field::kTo, Field::kPAssertedIdentity, Field::kPPreferredIdentity, Field::kPServedUser}) {
    check({.field = field, .good = row.good, .bad = row.bad});
  }
}

TEST(FieldGrammar, Contact) {
  check({.field = Field::kContact,
         .good = {"*", "<sip:a@b>;expires=60;q=0.5", "sip:a@b;unknown", "<sip:a@b?Route=%3Cx%3E>"},
         .bad = {"", "**", "* ;q=1", "<*>", "sip:a@b?Route=x"}});
}

// RFC 3261 20.34, RFC 3327 4, RFC 3608 5, RFC 7315 5.
TEST(FieldGrammar, RoutesStandInBrackets) {
  for (const Field field : {Field::kRoute, Field::kRecordRoute, Field::kPath, Field::kServiceRoute,
                            Field::kPAssociatedUri, Field::kPCalledPartyId}) {
    check({.field = field,
           .good = {"<sip:a@b;lr>", "\"A\" <sip:a@b;lr>;x=y", "A <sips:[2001:db8::1]:5061;lr>"},
           .bad = {"", "sip:a@b;lr", "<sip:a@b;lr", "<sip:a@b;lr>x", "*"}});
  }
}

TEST(FieldGrammar, Via) {
  check({.field = Field::kVia,
         .good = {"SIP/2.0/UDP a:5060;branch=z9hG4bK1", "SIP / 2.0 / TCP [2001:db8::1] : 5060",
                  "SIP/2.0/UNKNOWN a;rport;received=192.0.2.1"},
         .bad = {"", "SIP/2.0/UDP", "xxSIP/2.0/UDP a", "SIP/3.0/UDP a", "SIP/2.0 UDP a",
                 "SIP/2.0/UDP a:65536", "SIP/2.0/UDP a:0000000005060", "SIP/2.0/UDP a:",
                 "SIP/2.0/UDP a;;", "SIP/2.0/UDP a b", "SIP/2.0/UDP a;branch=1;branch=2"}});
}

TEST(FieldGrammar, CallId) {
  check({.field = Field::kCallId,
         .good = {"a", "a@b", "word%ZK-!.*_+'@word`~)(><:\\/\"][?}{"},
         .bad = {"", "@", "a@", "@b", "a@b@c", "a b", "a;b", "a,b", "\xd0\x96"}});
}

TEST(FieldGrammar, Numbers) {
  check({.field = Field::kMaxForwards,
         .good = {"0", "70", "255", "0068"},
         .bad = {"", "256", "-1", "4294967296", "4294967366", "7 0", "70;x"}});
  for (const Field field : {Field::kExpires, Field::kMinExpires, Field::kFlowTimer}) {
    check({.field = field,
           .good = {"0", "600000", "4294967295"},
           .bad = {"", "4294967296", "-1", "1h", "Thu, 01 Dec 1994 16:00:00 GMT"}});
  }
  check({.field = Field::kRetryAfter,
         .good = {"5", "18000;duration=3600", "120 (I'm in a meeting)", "120(x);duration=1"},
         .bad = {"", "5x", "soon", "(5)", "949302838503028349304023988"}});
  check({.field = Field::kCSeq, .good = {"1 INVITE"}, .bad = {"", "x-1", "1", "4294967297 ACK"}});
}

TEST(FieldGrammar, TokensAndTheirParameters) {
  for (const Field field : {Field::kRequire, Field::kProxyRequire, Field::kSupported,
                            Field::kUnsupported, Field::kAllow, Field::kContentEncoding}) {
    check({.field = field, .good = {"outbound", "x-!'"}, .bad = {"", "a b", "a;b", "\"a\""}});
  }
  for (const Field field : {Field::kEvent, Field::kReason, Field::kSecurityClient,
                            Field::kSecurityServer, Field::kSecurityVerify}) {
    check({.field = field,
           .good = {"reg", "presence.winfo", "SIP ;cause=580;text=\"a, b\"", "digest;d-alg=md5"},
           .bad = {"", ";a", "a b", "a;", "a;b=\"c", "a=b"}});
  }
  check({.field = Field::kFeatureCaps,
         .good = {"*", "*;+sip.x=\"<urn:a:b>\""},
         .bad = {"", "x;+a", "**"}});
  check({.field = Field::kResourcePriority,
         .good = {"q735.0", "dsn.flash"},
         .bad = {"", "q735", "q735.0;x"}});
  check({.field = Field::kPrivacy,
         .good = {"id", "id;critical", "header ; user"},
         .bad = {"", ";", "id;", "id;;user", "id user"}});
}

TEST(FieldGrammar, MediaTypes) {
  for (const Field field : {Field::kContentType, Field::kAccept}) {
    check({.field = field,
           .good = {"application/sdp", "multipart/mixed;boundary=\"a;b\"", "*/*;q=0.1",
                    "text / plain"},
           .bad = {"", "application", "application/", "/sdp", "a/b/c", "a/b c", "a/b;"}});
  }
}

TEST(FieldGrammar, Date) {
  check({.field = Field::kDate,
         .good = {"Sat, 13 Nov 2010 23:29:00 GMT"},
         .bad = {"", "Fri, 01 Jan 2010 16:00:00 EST"}});
}

// Digest reads one way only; what another scheme means is for whoever asked for it.
TEST(FieldGrammar, Authentication) {
  for (const Field field : {Field::kAuthorization, Field::kProxyAuthorization}) {
    check({.field = field,
           .good = {"Digest username=\"a\", realm=\"r\", nonce=\"\", uri=\"sip:r\", response=\"\"",
                    "NoOneKnowsThisScheme opaque-data=here"},
           .bad = {"", "Digest", "Digest username", "Digest username=\"a",
                   "Digest username=\"a\", username=\"b\"", "Digest username=\"a\",,realm=\"r\"",
                   "Digest realm=\"r\", REALM=\"r\"", "Digest response=\"xyz\"", "NoData",
                   "<scheme> x"}});
  }
  for (const Field field : {Field::kWwwAuthenticate, Field::kProxyAuthenticate}) {
    check({.field = field,
           .good = {"Digest realm=\"r\", nonce=\"n\", qop=\"auth\", algorithm=MD5", "Other x=y"},
           .bad = {"", "Digest", "Digest realm=\"r\", realm=\"r\", nonce=\"n\"",
                   "Digest realm=\"r"}});
  }
}

TEST(FieldGrammar, TextHoldsNoControlOctets) {
  check({.field = Field::kUnknown,
         .good = {"", ";;,,;;,;", "\xef\xbb\xbf\xe5", "a\tb", "\"not closed", "<neither"},
         .bad = {std::string("a\0b", 3), "a\x01", "a\x7f", "a\rb", "a\nb"}});
  check({.field = Field::kSubject, .good = {"", "\xd0\x96 and more"}, .bad = {"a\x1b[0m"}});
  check({.field = Field::kServer, .good = {"sipward/1 (x)"}, .bad = {"", "a\x08"}});
  check({.field = Field::kPChargingVector, .good = {"icid-value=1"}, .bad = {"", "icid\x01=1"}});
}

// What can be read has been read when a message is there: no field may lack a rule by accident, so
// that a value which is no text at all passes.
TEST(FieldGrammar, NoFieldTakesControlOctets) {
  for (int i = 0; i <= static_cast<int>(Field::kUnknown); ++i) {
    const auto field = static_cast<Field>(i);
    EXPECT_FALSE(is_valid_value(field, std::string("a\0", 2))) << field_name(field);
    EXPECT_FALSE(is_valid_value(field, "\x01")) << field_name(field);
    EXPECT_FALSE(is_valid_value(field, "<sip:a@b>\n")) << field_name(field);
  }
}

TEST(FieldGrammar, ListsThatMayBeEmpty) {
  for (const Field field : {Field::kAccept, Field::kAllow, Field::kSupported}) {
    EXPECT_TRUE(may_be_empty(field)) << field_name(field);
  }
  for (const Field field : {Field::kRequire, Field::kRoute, Field::kVia, Field::kContact}) {
    EXPECT_FALSE(may_be_empty(field)) << field_name(field);
  }
}

TEST(FieldGrammar, QuotedPairsWithControls) {
  EXPECT_TRUE(may_escape_controls(Field::kTo));
  EXPECT_TRUE(may_escape_controls(Field::kContact));
  EXPECT_TRUE(may_escape_controls(Field::kRoute));
  EXPECT_FALSE(may_escape_controls(Field::kAuthorization));
  EXPECT_FALSE(may_escape_controls(Field::kSubject));
  EXPECT_FALSE(may_escape_controls(Field::kUnknown));
}

}  // namespace
}  // namespace sipward::sip
