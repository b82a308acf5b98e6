// SPDX-License-Identifier: Apache-2.0
// Messages that two readers may read in two ways. Whoever is asserted after one reading is somebody
// else after the other: none of them may become a Message.
#include <gtest/gtest.h>

#include "tests/sip/message_text.h"

namespace sipward::sip {
namespace {

using test::MessageText;
using test::octet;
using test::parsed;
using enum ParseErrorCode;

struct Refused {
  std::string name;
  std::string text;
  ParseErrorCode code;
  Field field = Field::kUnknown;
};

void PrintTo(const Refused& row, std::ostream* out) { *out << row.name; }

std::string name_of(const testing::TestParamInfo<Refused>& row) { return row.param.name; }

class Ambiguous : public testing::TestWithParam<Refused> {};

TEST_P(Ambiguous, IsRefused) {
  const Refused& row = GetParam();
  const auto message = parse_message(row.text);
  ASSERT_FALSE(message) << row.text;
  EXPECT_EQ(message.error().code, row.code) << message.error().describe();
  EXPECT_EQ(message.error().field, row.field) << message.error().describe();
  EXPECT_LE(message.error().offset, row.text.size());
}

MessageText good() { return MessageText(); }

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  return text.replace(text.find(what), what.size(), by);
}

const char* const kFrom = "From: <sip:alice@home1.example>;tag=a";
const char* const kMallory = "<sip:mallory@evil.example>;tag=m";

INSTANTIATE_TEST_SUITE_P(
    Nineteen, Ambiguous,
    testing::Values(
        Refused{"FromTwice", good().plus(std::string("From: ") + kMallory).str(), kDuplicateHeader,
                Field::kFrom},
        Refused{"FromAndItsCompactForm", good().plus(std::string("f: ") + kMallory).str(),
                kDuplicateHeader, Field::kFrom},
        Refused{"ControlOctetBeforeTheColon",
                good().plus("From" + octet(1) + ": " + kMallory).str(), kBadCharacter},
        Refused{"WhiteSpaceBeforeTheColonHidesASecondFrom",
                good().plus(std::string("From \t : ") + kMallory).str(), kDuplicateHeader,
                Field::kFrom},
        Refused{"TwoAddressesInOneFrom",
                good().with("From", "From: <sip:alice@home1.example>, <sip:m@evil.example>").str(),
                kBadHeader, Field::kFrom},
        Refused{"BareLfAsALineEnd", replaced(good().str(), "tag=a\r\n", "tag=a\n"), kBadLineEnd},
        Refused{"BareCrAsALineEnd", replaced(good().str(), "tag=a\r\n", "tag=a\r"), kBadLineEnd},
        Refused{"TwoContentLengths",
                good().plus("Content-Length: 4").plus("l: 2").with_body("body").str(),
                kDuplicateHeader, Field::kContentLength},
        Refused{"ContentLengthMinusOne", good().plus("Content-Length: -1").str(), kBadContentLength,
                Field::kContentLength},
        Refused{"ContentLengthBeyondAll", good().plus("Content-Length: 99999999999").str(),
                kBadContentLength, Field::kContentLength},
        Refused{"CSeqWraps", good().with("CSeq", "CSeq: 4294967297 OPTIONS").str(), kBadHeader,
                Field::kCSeq},
        Refused{"CSeqIsNoNumber", good().with("CSeq", "CSeq: x-1 OPTIONS").str(), kBadHeader,
                Field::kCSeq},
        Refused{"CSeqOfAnotherMethod", good().with("CSeq", "CSeq: 7 INVITE").str(), kMethodMismatch,
                Field::kCSeq},
        Refused{"NulInAFromUri",
                good().with("From", "From: <sip:alice" + octet(0) + "@home1.example>;tag=a").str(),
                kBadCharacter},
        Refused{"RequestUriInBrackets",
                good().with_start("OPTIONS <sip:bob@home1.example> SIP/2.0").str(), kBadRequestUri},
        Refused{"AnotherVersion", good().with_start("OPTIONS sip:bob@home1.example SIP/7.0").str(),
                kBadVersion},
        Refused{"ViaOfAnotherProtocol",
                good().with("Via", "Via: xxSIP/2.0/UDP 192.0.2.10;branch=z9hG4bKa1").str(),
                kBadHeader, Field::kVia},
        Refused{"NoMandatoryHeaderAtAll", "OPTIONS sip:bob@home1.example SIP/2.0\r\n\r\n",
                kMissingHeader, Field::kVia},
        Refused{"LineWithoutAColon", good().plus("From alice").str(), kNoColon},
        Refused{"QuoteThatDoesNotClose",
                good().with("From", "From: \"Alice <sip:alice@home1.example>;tag=a").str(),
                kBadHeader, Field::kFrom}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    EachMandatoryHeader, Ambiguous,
    testing::Values(Refused{"NoVia", good().without("Via").str(), kMissingHeader, Field::kVia},
                    Refused{"NoFrom", good().without("From").str(), kMissingHeader, Field::kFrom},
                    Refused{"NoTo", good().without("To").str(), kMissingHeader, Field::kTo},
                    Refused{"NoCallId", good().without("Call-ID").str(), kMissingHeader,
                            Field::kCallId},
                    Refused{"NoCSeq", good().without("CSeq").str(), kMissingHeader, Field::kCSeq}),
    name_of);

// The bugs by which other systems were broken.
INSTANTIATE_TEST_SUITE_P(
    ElsewhereExploited, Ambiguous,
    testing::Values(
        Refused{"ToTwice", good().plus("To: <sip:eve@home1.example>").str(), kDuplicateHeader,
                Field::kTo},
        Refused{"ToTwiceTheSecondWithAnEmptyTag",
                good().plus("t: <sip:bob@home1.example>;tag=").str(), kDuplicateHeader, Field::kTo},
        Refused{"EmptyTag", good().with("To", "To: <sip:bob@home1.example>;tag=").str(), kBadHeader,
                Field::kTo},
        Refused{"TwoTags", good().with("To", "To: <sip:bob@home1.example>;tag=a;tag=b").str(),
                kBadHeader, Field::kTo},
        Refused{"CallIdTwice", good().plus("i: 2@192.0.2.10").str(), kDuplicateHeader,
                Field::kCallId},
        Refused{"CSeqTwice", good().plus("CSeq: 8 OPTIONS").str(), kDuplicateHeader, Field::kCSeq},
        Refused{"MaxForwardsTwice", good().plus("max-forwards: 5").str(), kDuplicateHeader,
                Field::kMaxForwards},
        Refused{"ContentLengthTwiceTheSame",
                good().plus("Content-Length: 4").plus("Content-Length: 4").with_body("body").str(),
                kDuplicateHeader, Field::kContentLength},
        Refused{"ContentLengthWrapsAt32Bits",
                good().plus("Content-Length: 4294967300").with_body("body").str(),
                kBadContentLength, Field::kContentLength},
        Refused{"ContentLengthWrapsAt64Bits",
                good().plus("Content-Length: 18446744073709551620").with_body("body").str(),
                kBadContentLength, Field::kContentLength},
        Refused{"ContentLengthOfNothing", good().plus("Content-Length:").str(), kBadContentLength,
                Field::kContentLength},
        Refused{"ContentLengthInHex", good().plus("Content-Length: 0x4").with_body("body").str(),
                kBadContentLength, Field::kContentLength},
        Refused{"ContentLengthWithASign", good().plus("Content-Length: +4").with_body("body").str(),
                kBadContentLength, Field::kContentLength},
        Refused{"ContentLengthBeyondTheDatagram",
                good().plus("Content-Length: 5").with_body("body").str(), kTruncated,
                Field::kContentLength},
        Refused{"MaxForwardsWraps", good().with("Max-Forwards", "Max-Forwards: 326").str(),
                kBadHeader, Field::kMaxForwards},
        Refused{"ViaPortOfManyDigits",
                good().with("Via", "Via: SIP/2.0/UDP 192.0.2.10:000000000005060").str(), kBadHeader,
                Field::kVia},
        Refused{"ViaPortWraps", good().with("Via", "Via: SIP/2.0/UDP 192.0.2.10:70596").str(),
                kBadHeader, Field::kVia},
        Refused{"ViaWithoutASentBy", good().with("Via", "Via: SIP/2.0/UDP ;branch=x").str(),
                kBadHeader, Field::kVia},
        Refused{"UriPortOfManyDigits",
                good().with_start("OPTIONS sip:bob@home1.example:0000005060 SIP/2.0").str(),
                kBadRequestUri},
        Refused{"ContactWithoutBracketsAroundHeaders",
                good().plus("Contact: sip:a@b?From=<sip:m@evil.example>").str(), kBadHeader,
                Field::kContact},
        Refused{"ContactThatDoesNotClose", good().plus("Contact: <sip:a@192.0.2.1").str(),
                kBadHeader, Field::kContact},
        Refused{"StarBesideAContact", good().plus("Contact: *, <sip:a@192.0.2.1>").str(),
                kBadHeader, Field::kContact},
        Refused{"StarOutsideRegister", good().plus("Contact: *").str(), kBadHeader,
                Field::kContact},
        Refused{"DigestParameterTwice",
                good().plus("Authorization: Digest username=\"a\", Username=\"b\"").str(),
                kBadHeader, Field::kAuthorization},
        Refused{"RouteWithoutBrackets", good().plus("Route: sip:192.0.2.1;lr").str(), kBadHeader,
                Field::kRoute},
        Refused{"EmptyListElement", good().plus("Route: <sip:a;lr>,,<sip:b;lr>").str(), kBadHeader,
                Field::kRoute},
        Refused{"CommaAtTheEnd", good().plus("Require: outbound,").str(), kBadHeader,
                Field::kRequire},
        Refused{"EmptyListBesideAFullOne", good().plus("Supported:").plus("k: path").str(),
                kBadHeader, Field::kSupported},
        Refused{"FullListBesideAnEmptyOne", good().plus("k: path").plus("Supported:").str(),
                kBadHeader, Field::kSupported},
        Refused{"IdentityHiddenByAFoldBeforeTheColon",
                good().plus("P-Asserted-Identity\r\n : <sip:m@evil.example>").str(), kNoColon},
        Refused{"HeaderHiddenByALineOfSpaces",
                good().plus("X-Own: a\r\n  \r\nP-Asserted-Identity: <sip:m@evil.example>").str(),
                kBadFolding},
        Refused{"FirstHeaderIsFolded",
                replaced(good().str(), "\r\nVia", "\r\n P-Asserted-Identity: <sip:m@e>\r\nVia"),
                kBadFolding},
        Refused{"EscapedControlInAnUnknownHeader",
                good().plus("X-Own: \"\\" + octet(0) + "\"").str(), kBadCharacter},
        Refused{"RequestUriCarriesHeaders",
                good().with_start("OPTIONS sip:bob@b?Route=%3Csip:a%3E SIP/2.0").str(),
                kBadRequestUri}),
    name_of);

// The other way about: nothing is taken for a header that it is not.
TEST(NotAmbiguous, NameWithTheHashOfFromStaysUnknown) {
  // They collide with "From" under the hashes that readers have used for names: sums and
  // exclusive-ors of octets, polynomials of 31 and of 33, and twelve bits of one-at-a-time.
  for (const char* name : {"Form", "morF", "FrpN", "GSom", "FrpL", "GQom", "axj", "lij"}) {
    const Message message = parsed(good().plus(std::string(name) + ": <sip:m@evil.example>"));
    EXPECT_EQ(message.find(Field::kFrom), "<sip:alice@home1.example>;tag=a") << name;
    EXPECT_EQ(message.headers().back().field, Field::kUnknown) << name;
    EXPECT_EQ(message.headers().back().name, name);
  }
}

TEST(NotAmbiguous, WhiteSpaceBeforeTheColonIsRead) {
  const Message message =
      parsed(good().with("From", std::string("From \t: ") + (kFrom + 6)).plus("k  : path"));
  EXPECT_EQ(message.find(Field::kFrom), kFrom + 6);
  EXPECT_EQ(message.find(Field::kSupported), "path");
}

// A filter that strips a header by name must meet it in every spelling.
TEST(NotAmbiguous, SpellingsOfATrustedHeaderAreOne) {
  for (const char* line : {"P-Asserted-Identity: <sip:m@e>", "p-asserted-identity :<sip:m@e>",
                           "P-ASSERTED-IDENTITY\t \t:\r\n <sip:m@e>"}) {
    Message message = parsed(good().plus(line));
    EXPECT_EQ(message.find(Field::kPAssertedIdentity), "<sip:m@e>") << line;
    EXPECT_EQ(message.remove(Field::kPAssertedIdentity), 1U) << line;
  }
}

TEST(NotAmbiguous, BodyMayHoldAnything) {
  const std::string body = "\nFrom: x\r" + octet(0) + "\r\n\r\n" + octet(0xff);
  EXPECT_EQ(parsed(good().with_body(body)).body(), body);
}

}  // namespace
}  // namespace sipward::sip
