// SPDX-License-Identifier: Apache-2.0
// Messages of the classes of RFC 4475 in words of our own: what is legal though it looks wrong is
// read, with what it means; what is wrong is refused. Section numbers are RFC 4475's.
#include <gtest/gtest.h>

#include "sip/headers.h"
#include "tests/sip/message_text.h"
#include "tests/sip/round_trip.h"

namespace sipward::sip {
namespace {

using test::MessageText;
using test::octet;
using test::parsed;

using Values = std::vector<std::string_view>;

// 3.1.1.1
TEST(Torture, WhiteSpaceWhereverItMayStand) {
  const Message message =
      parse_message(
          "INVITE sip:carol@home2.example;own SIP/2.0\r\n"
          "tO  :\r\n"
          " sip:carol@home2.example\t;  tag  =  t0\r\n"
          "fRoM\t: \"C \\\\\\\"\"  \t <sip:alice@home1.example>\r\n"
          "  ;\r\n"
          " tag = f0\r\n"
          "maX-forwards:    0044\r\n"
          "I : ws@192.0.2.10\r\n"
          "content-LENGTH \t : 2\r\n"
          "CSEQ: 0012\r\n"
          "   INVITE\r\n"
          "v  : SIP  / 2.0\r\n"
          "  / UDP\r\n"
          "   192.0.2.10 ; branch = z9hG4bKw0 ,SIP/2.0 /TCP  192.0.2.11 : 5070\r\n"
          "S :\r\n"
          "X-Odd: ,;,;;,\r\n"
          "M:<sip:alice@192.0.2.10> ; q\r\n"
          " =\r\n"
          " 0.5\r\n"
          "\r\n"
          "ok")
          .value()
          .clone();
  EXPECT_EQ(to_tag(message), "t0");
  EXPECT_EQ(from_tag(message), "f0");
  EXPECT_EQ(from(message)->display_name, "C \\\"");
  EXPECT_EQ(number(message, Field::kMaxForwards), 44U);
  EXPECT_EQ(cseq(message)->number, 12U);
  EXPECT_EQ(message.count(Field::kVia), 2U);
  EXPECT_EQ(top_via(message)->branch(), "z9hG4bKw0");
  EXPECT_EQ(parse_via(message.all(Field::kVia)[1])->port, 5070);
  EXPECT_EQ(message.find(Field::kSubject), "");
  EXPECT_EQ(first_name_addr(message, Field::kContact)->params.value("q"), "0.5");
  EXPECT_EQ(message.body(), "ok");
  EXPECT_EQ(test::round_trip_difference(message), "");
}

// 3.1.1.2
TEST(Torture, EveryCharacterThatIsLegal) {
  const std::string method = "!Method_of-Marks.%*+`'~";
  const Message message =
      parsed(MessageText(method + " sip:u-_.!~*'()&=+$,;?/:&=+$,p@home1.example SIP/2.0")
                 .with("CSeq", "CSeq: 1 " + method)
                 .with("From", "From: t0`~ t1!% <sip:a@b>;p.!%*_+`'~=\"\xd0\x96\";tag=_~`'+*%!-.")
                 .with("Call-ID", "Call-ID: w%.!*'@()<>:\\\"/[]?{}")
                 .plus("x-!.%*+_`'~:\xef\xbb\xbf"));
  EXPECT_EQ(message.method(), Method::kOther);
  EXPECT_EQ(message.request_uri().user, "u-_.!~*'()&=+$,;?/");
  EXPECT_EQ(message.request_uri().password, "&=+$,p");
  EXPECT_EQ(from(message)->display_name, "t0`~ t1!%");
  EXPECT_EQ(from_tag(message), "_~`'+*%!-.");
}

// 3.1.1.2: quoted-pairs of control octets. Nothing is cut off at NUL.
TEST(Torture, EscapedControlOctets) {
  const std::string name = "BEL \\" + octet(7) + " NUL \\" + octet(0) + " DEL \\" + octet(0x7f);
  const Message message =
      parsed(MessageText().with("To", "To: \"" + name + "\" <sip:bob@home1.example>;tag=b"));
  EXPECT_EQ(to(message)->uri.user, "bob");
  EXPECT_EQ(to_tag(message), "b");
  EXPECT_EQ(to(message)->display_name.size(), name.size() - 3);
  EXPECT_EQ(test::round_trip_difference(message), "");
}

// 3.1.1.3, 3.1.1.5, 3.1.1.9: what is escaped is not unescaped on the way.
TEST(Torture, Escapes) {
  const Message message =
      parsed(MessageText("OPTIONS sip:sips%3Aa%40b;x=y%40z@home1.example SIP/2.0")
                 .with("To", "To: \"%Z%41\" <sip:b%6Fb@home1.example>")
                 .plus("C%6Fntact: <sip:a@192.0.2.1>")
                 .plus("Contact: <sip:c%6C@192.0.2.2;%6C%72;n%61me=v%25%34%31>"));
  EXPECT_EQ(message.request_uri().user, "sips%3Aa%40b;x=y%40z");
  EXPECT_EQ(message.request_uri().host, "home1.example");
  EXPECT_EQ(to(message)->display_name, "%Z%41");
  EXPECT_EQ(to(message)->uri.user, "b%6Fb");
  EXPECT_EQ(message.count(Field::kContact), 1U);
  EXPECT_EQ(message.find(Field::kContact), "<sip:c%6C@192.0.2.2;%6C%72;n%61me=v%25%34%31>");
  // Once unescaped and no further: "v%41" is not "vA".
  EXPECT_EQ(first_name_addr(message, Field::kContact)->uri.params.value("name"), "v%2541");
}

// 3.1.1.8
TEST(Torture, SecondMessageInTheDatagram) {
  const Message message = parsed(MessageText()
                                     .plus("Content-Length: 0")
                                     .with_body("\r\n" + MessageText("INVITE x SIP/2.0").str()));
  EXPECT_EQ(message.method(), Method::kOptions);
  EXPECT_EQ(message.body(), "");
}

// 3.1.1.10
TEST(Torture, TransportsOfManyNames) {
  MessageText text;
  for (const char* transport : {"SCTP", "TLS", "TLS-SCTP", "OF-TOMORROW"}) {
    text = std::move(text).plus(std::string("Via: SIP/2.0/") + transport + " a;branch=z9hG4bKx");
  }
  EXPECT_EQ(parsed(text).count(Field::kVia), 5U);
}

// 3.1.1.12, 3.1.1.13
TEST(Torture, ReasonPhrases) {
  const std::string phrase = "= 2**3 * 5**2 \xd0\xbd\xd0\xbe";
  EXPECT_EQ(parsed(MessageText::response().with_start("SIP/2.0 200 " + phrase)).reason(), phrase);
  EXPECT_EQ(parsed(MessageText::response().with_start("SIP/2.0 100 ")).reason(), "");
}

// 3.3.12, 3.3.13, 3.3.14: where a parameter belongs.
TEST(Torture, ContactParameters) {
  const Message message = parsed(
      MessageText().plus("m: sip:a@b;unknown, <sip:a@b;unknown>, <sip:a@b?Route=%3Csip:x%3E>"));
  const auto contacts = name_addrs(message, Field::kContact);
  ASSERT_EQ(contacts.size(), 3U);
  EXPECT_TRUE(contacts[0].params.has("unknown"));
  EXPECT_FALSE(contacts[0].uri.params.has("unknown"));
  EXPECT_TRUE(contacts[1].uri.params.has("unknown"));
  EXPECT_EQ(contacts[2].uri.headers, "Route=%3Csip:x%3E");
  EXPECT_FALSE(message.has(Field::kRoute));
}

// What is legal and is refused by policy, if at all, is read.
TEST(Torture, LeftToWhoeverUsesTheMessage) {
  const std::pair<const char*, MessageText> rows[] = {
      {"3.2.1 branch without an identifier",
       MessageText().with("Via", "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK")},
      {"3.3.2 unknown scheme", MessageText("OPTIONS noOneKnowsThis:opaque SIP/2.0")},
      {"3.3.3 atypical scheme", MessageText("OPTIONS soap.beep://192.0.2.3:3002 SIP/2.0")},
      {"3.3.4 unknown schemes in headers",
       MessageText().with("From", "From: <http://a.example>;tag=1").with("To", "To: isbn:298")},
      {"3.3.5 unknown extensions",
       MessageText().plus("Require: nobody, knows").plus("Proxy-Require: these")},
      {"3.3.6 unknown content", MessageText().plus("c: application/x-own").with_body("<x/>")},
      {"3.3.7 unknown auth scheme", MessageText().plus("Authorization: Unheard of=\"it\"")},
      {"3.3.10 broadcast Via",
       MessageText::response().plus("Via: SIP/2.0/UDP 255.255.255.255;branch=z9hG4bKx")},
      {"3.3.11 Max-Forwards 0", MessageText().with("Max-Forwards", "Max-Forwards: 0")},
      {"3.4.1 RFC 2543", MessageText()
                             .with("Via", "Via: SIP/2.0/UDP iftgw.example")
                             .with("From", "From: <sip:+1303@client.example;user=phone>")
                             .without("Max-Forwards")},
  };
  for (const auto& [name, text] : rows) {
    EXPECT_EQ(test::round_trip_difference(parsed(text)), "") << name;
  }
}

TEST(Torture, Refused) {
  using enum ParseErrorCode;
  struct Row {
    const char* name;
    MessageText text;
    ParseErrorCode code;
    Field field = Field::kUnknown;
  };
  const Row rows[] = {
      {"3.1.2.1 separators without parameters",
       MessageText().with("Via", "Via: SIP/2.0/UDP 192.0.2.15;;,;,,"), kBadHeader, Field::kVia},
      {"3.1.2.2 body too short", MessageText().plus("l: 99").with_body("v=0"), kTruncated,
       Field::kContentLength},
      {"3.1.2.3 negative length", MessageText().plus("l: -9"), kBadContentLength,
       Field::kContentLength},
      {"3.1.2.4 scalars too large", MessageText().with("CSeq", "CSeq: 36893488147419103232 A"),
       kBadHeader, Field::kCSeq},
      {"3.1.2.4 expiry too large", MessageText().plus("Expires: 99999999999999999999"), kBadHeader,
       Field::kExpires},
      {"3.1.2.5 in a response", MessageText::response().plus("Retry-After: 94930283850302834930"),
       kBadHeader, Field::kRetryAfter},
      {"3.1.2.6 open quote", MessageText().with("To", "To: \"Mr. X <sip:x@b>"), kBadHeader,
       Field::kTo},
      {"3.1.2.7 brackets", MessageText("OPTIONS <sip:a@b> SIP/2.0"), kBadRequestUri},
      {"3.1.2.8 space in the URI", MessageText("OPTIONS sip:a@b; lr SIP/2.0"), kBadRequestUri},
      {"3.1.2.9 two spaces", MessageText("OPTIONS  sip:a@b  SIP/2.0"), kBadRequestUri},
      {"3.1.2.10 spaces at the end", MessageText("OPTIONS sip:a@b SIP/2.0  "), kBadStartLine},
      {"3.1.2.11 headers in the URI", MessageText("OPTIONS sip:a@b?Route=%3Csip:c%3E SIP/2.0"),
       kBadRequestUri},
      {"3.1.2.12 Date of another zone", MessageText().plus("Date: Fri, 01 Jan 2010 16:00:00 EST"),
       kBadHeader, Field::kDate},
      {"3.1.2.13 headers without brackets", MessageText().plus("m: sip:a@b?Route=%3Csip:c%3E"),
       kBadHeader, Field::kContact},
      {"3.1.2.14 spaces in brackets", MessageText().with("To", "To: \"W\" < sip:w@b >"), kBadHeader,
       Field::kTo},
      {"3.1.2.15 comma in a bare name", MessageText().with("From", "From: B, A <sip:a@b>;tag=1"),
       kBadHeader, Field::kFrom},
      {"3.1.2.16 version", MessageText("OPTIONS sip:a@b SIP/7.0"), kBadVersion},
      {"3.1.2.17 method mismatch", MessageText().with("CSeq", "CSeq: 1 INVITE"), kMethodMismatch,
       Field::kCSeq},
      {"3.1.2.18 of an unknown method", MessageText("NEWMETHOD sip:a@b SIP/2.0"), kMethodMismatch,
       Field::kCSeq},
      {"3.1.2.19 status code", MessageText::response().with_start("SIP/2.0 4294967301 better not"),
       kBadStatus},
      {"3.3.1 mandatory headers", MessageText().without("From").without("To").without("Call-ID"),
       kMissingHeader, Field::kFrom},
      {"3.3.8 twice what stands once", MessageText().plus("To: <sip:eve@home1.example>"),
       kDuplicateHeader, Field::kTo},
      {"3.3.9 two lengths", MessageText().plus("l: 1").plus("l: 2").with_body("xy"),
       kDuplicateHeader, Field::kContentLength},
  };
  for (const Row& row : rows) {
    const auto message = parse_message(row.text.str());
    ASSERT_FALSE(message) << row.name;
    EXPECT_EQ(message.error().code, row.code) << row.name << ": " << message.error().describe();
    EXPECT_EQ(message.error().field, row.field) << row.name;
  }
}

}  // namespace
}  // namespace sipward::sip
