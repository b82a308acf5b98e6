// SPDX-License-Identifier: Apache-2.0
#include "sip/reader.h"

#include <gtest/gtest.h>

#include <memory>

#include "tests/sip/message_text.h"

namespace sipward::sip {
namespace {

using test::MessageText;
using test::octet;
using test::parsed;

ParseError error_of(const std::string& text) {
  const auto message = parse_message(text);
  EXPECT_FALSE(message) << text;
  return message ? ParseError{} : message.error();
}

ParseErrorCode code_of(const std::string& text) { return error_of(text).code; }

using Values = std::vector<std::string_view>;

TEST(Reader, Request) {
  const Message message = parsed(MessageText().plus("X-Own: kept  as it is").with_body("body"));
  EXPECT_EQ(message.method(), Method::kOptions);
  EXPECT_EQ(message.request_uri().text(), "sip:bob@home1.example");
  EXPECT_EQ(message.find(Field::kCallId), "1@192.0.2.10");
  EXPECT_EQ(message.headers().back().name, "X-Own");
  EXPECT_EQ(message.headers().back().value, "kept  as it is");
  EXPECT_EQ(message.body(), "body");
}

TEST(Reader, Response) {
  const Message message = parsed(MessageText::response().with_start("SIP/2.0 401 Who are you"));
  EXPECT_FALSE(message.is_request());
  EXPECT_EQ(message.status(), 401);
  EXPECT_EQ(message.reason(), "Who are you");
}

// RFC 3261 7.3.1.
TEST(Reader, OrderOfHeadersIsFree) {
  const Message message = parse_message(
                              "OPTIONS sip:bob@home1.example SIP/2.0\r\n"
                              "cseq: 7 OPTIONS\r\n"
                              "i: 1\r\n"
                              "t: <sip:bob@home1.example>\r\n"
                              "f: <sip:alice@home1.example>;tag=a\r\n"
                              "v: SIP/2.0/UDP 192.0.2.10\r\n\r\n")
                              .value()
                              .clone();
  EXPECT_EQ(message.headers().front().name, "CSeq");
  EXPECT_EQ(message.headers().back().name, "Via");
}

TEST(Reader, LeadingLineEndsAreSkipped) {
  EXPECT_TRUE(parse_message("\r\n\r\n" + MessageText().str()));
  EXPECT_EQ(code_of("\r\n\r\n"), ParseErrorCode::kEmpty);
  EXPECT_EQ(code_of(""), ParseErrorCode::kEmpty);
  EXPECT_EQ(code_of("\n" + MessageText().str()), ParseErrorCode::kBadLineEnd);
}

TEST(Reader, CommaListsBecomeRows) {
  const Message message = parsed(MessageText()
                                     .plus("Route: <sip:a,b@h;lr>,\"x, y\" <sip:c;lr>;p=\"1,2\"")
                                     .plus("Route:\r\n <sip:d;lr>")
                                     .plus("Supported: path , outbound,gruu"));
  EXPECT_EQ(message.all(Field::kRoute),
            (Values{"<sip:a,b@h;lr>", "\"x, y\" <sip:c;lr>;p=\"1,2\"", "<sip:d;lr>"}));
  EXPECT_EQ(message.all(Field::kSupported), (Values{"path", "outbound", "gruu"}));
}

// RFC 3261 7.3.1: the commas of the authentication fields separate parameters.
TEST(Reader, AuthorizationStaysInOneRow) {
  const char* const value = "Digest username=\"a\", realm=\"r\", nonce=\"n\", uri=\"sip:r\"";
  const Message message = parsed(MessageText()
                                     .plus(std::string("Authorization: ") + value)
                                     .plus(std::string("Authorization: ") + value));
  EXPECT_EQ(message.all(Field::kAuthorization), (Values{value, value}));
}

TEST(Reader, EmptyListIsARowWithoutAValue) {
  const Message message = parsed(MessageText().plus("Supported:").plus("Accept: "));
  EXPECT_EQ(message.find(Field::kSupported), "");
  EXPECT_EQ(message.count(Field::kAccept), 1U);
  EXPECT_EQ(error_of(MessageText().plus("Require:").str()).field, Field::kRequire);
  EXPECT_EQ(code_of(MessageText().plus("Supported:").plus("k:").str()), ParseErrorCode::kBadHeader);
}

TEST(Reader, FoldedValuesAreOneLine) {
  const Message message = parsed(
      MessageText().with("CSeq", "CSeq: 0009\r\n  OPTIONS").plus("X-Own: one\r\n\ttwo\r\n three"));
  EXPECT_EQ(message.find(Field::kCSeq), "0009 OPTIONS");
  EXPECT_EQ(message.headers().back().value, "one two three");
}

// RFC 3261 18.3: in a datagram, what stands behind the body is not of the message.
TEST(Reader, Body) {
  struct Row {
    const char* name;
    const char* line;
    const char* sent;
    const char* body;
  };
  const Row rows[] = {
      {"exact", "Content-Length: 4", "body", "body"},
      {"octets behind are dropped", "l: 4", "bodyINVITE sip:x SIP/2.0", "body"},
      {"zero", "Content-Length: 000", "dropped", ""},
      {"none: to the end of the datagram", "X-Own: x", "body", "body"},
  };
  for (const Row& row : rows) {
    const Message message = parsed(MessageText().plus(row.line).with_body(row.sent));
    EXPECT_EQ(message.body(), row.body) << row.name;
    EXPECT_FALSE(message.has(Field::kContentLength)) << row.name;
  }
}

TEST(Reader, EscapedControlOctetsInADisplayName) {
  const std::string value = "\"NUL \\" + octet(0) + "\" <sip:bob@home1.example>";
  EXPECT_EQ(parsed(MessageText().with("To", "To: " + value)).find(Field::kTo), value);
}

TEST(Reader, StarOfARegister) {
  const auto request = [](std::string contact) {
    return MessageText("REGISTER sip:home1.example SIP/2.0")
        .with("CSeq", "CSeq: 7 REGISTER")
        .plus(std::move(contact));
  };
  EXPECT_EQ(parsed(request("m: *")).find(Field::kContact), "*");
  EXPECT_EQ(error_of(request("m: *").plus("m: <sip:a@b>").str()).field, Field::kContact);
  EXPECT_EQ(error_of(request("m: <sip:a@b>, *").str()).field, Field::kContact);
  EXPECT_EQ(error_of(MessageText::response().plus("m: *").str()).field, Field::kContact);
}

TEST(Reader, RequestUriOfAnySchemeIsRead) {
  const Message message =
      parsed(MessageText("OPTIONS nobodyKnowsThisScheme:totallyopaquecontent SIP/2.0"));
  EXPECT_EQ(message.request_uri().scheme, UriScheme::kOther);
  EXPECT_EQ(message.request_uri().text(), "nobodyKnowsThisScheme:totallyopaquecontent");
}

TEST(Reader, MethodOfAnyTokenIsRead) {
  const Message message =
      parsed(MessageText("RE%47IST%45R sip:a SIP/2.0").with("CSeq", "CSeq: 1 RE%47IST%45R"));
  EXPECT_EQ(message.method(), Method::kOther);
  EXPECT_EQ(message.method_text(), "RE%47IST%45R");
}

// A response's CSeq is of the request it answers, which is not at hand.
TEST(Reader, ResponseMayHaveAnyMethodInItsCSeq) {
  EXPECT_EQ(parsed(MessageText::response().with("CSeq", "CSeq: 1 NEWMETHOD")).find(Field::kCSeq),
            "1 NEWMETHOD");
}

TEST(Reader, LongTexts) {
  const std::string text(4'000, 'x');
  const Message message = parsed(MessageText(text + " sip:" + text + "@a SIP/2.0")
                                     .with("CSeq", "CSeq: 1 " + text)
                                     .with("From", "From: <sip:a@b>;tag=" + text)
                                     .with("Via", "Via: SIP/2.0/UDP a;branch=z9hG4bK" + text));
  EXPECT_EQ(message.method_text(), text);
  EXPECT_EQ(message.request_uri().user, text);
}

TEST(ReaderLimits, Message) {
  const std::size_t rest = ReaderLimits::kMessage - MessageText().str().size();
  EXPECT_TRUE(parse_message(MessageText().with_body(std::string(rest, 'x')).str()));
  EXPECT_EQ(code_of(MessageText().with_body(std::string(rest + 1, 'x')).str()),
            ParseErrorCode::kTooLong);
}

TEST(ReaderLimits, Headers) {
  const std::size_t given = parsed(MessageText()).headers().size();
  const auto with_rows = [&](std::size_t count) {
    MessageText text;
    for (std::size_t i = 0; i < count; ++i) text = std::move(text).plus("Accept: a/b");
    return text.str();
  };
  EXPECT_TRUE(parse_message(with_rows(ReaderLimits::kHeaders - given)));
  EXPECT_EQ(code_of(with_rows(ReaderLimits::kHeaders - given + 1)),
            ParseErrorCode::kTooManyHeaders);
}

// They count when the lists are split, too.
TEST(ReaderLimits, ElementsOfOneList) {
  std::string list = "Accept: a/b";
  for (std::size_t i = 1; i < ReaderLimits::kHeaders; ++i) list += ",a/b";
  EXPECT_EQ(code_of(MessageText().plus(list).str()), ParseErrorCode::kTooManyHeaders);
}

TEST(ReaderLimits, HeaderLength) {
  const std::string line = "X-Own: ";
  const std::size_t room = ReaderLimits::kHeaderLength - line.size() - 2;
  EXPECT_TRUE(parse_message(MessageText().plus(line + std::string(room, 'x')).str()));
  EXPECT_EQ(code_of(MessageText().plus(line + std::string(room + 1, 'x')).str()),
            ParseErrorCode::kHeaderTooLong);
  const std::string uri = "sip:" + std::string(ReaderLimits::kHeaderLength, 'x') + "@a";
  EXPECT_EQ(code_of(MessageText("OPTIONS " + uri + " SIP/2.0").str()),
            ParseErrorCode::kHeaderTooLong);
}

TEST(ReaderLimits, Hops) {
  struct Row {
    const char* line;
    Field field;
    std::size_t given;
  };
  const Row rows[] = {{"Via: SIP/2.0/UDP a", Field::kVia, 1},
                      {"Route: <sip:a;lr>", Field::kRoute, 0},
                      {"Record-Route: <sip:a;lr>", Field::kRecordRoute, 0},
                      {"Path: <sip:a;lr>", Field::kPath, 0}};
  for (const Row& row : rows) {
    MessageText text;
    for (std::size_t i = row.given; i < ReaderLimits::kHops; ++i) {
      text = std::move(text).plus(row.line);
    }
    EXPECT_TRUE(parse_message(text.str())) << row.line;
    const ParseError error = error_of(std::move(text).plus(row.line).str());
    EXPECT_EQ(error.code, ParseErrorCode::kTooManyHops) << row.line;
    EXPECT_EQ(error.field, row.field);
    EXPECT_EQ(error.status(), 513);
  }
}

TEST(Reader, ErrorsNameThePlace) {
  const std::string text = MessageText().with("CSeq", "CSeq: x-1").str();
  const ParseError error = error_of(text);
  EXPECT_EQ(text.substr(error.offset, 4), "CSeq");
  EXPECT_EQ(error.describe(),
            "CSeq: header does not parse (octet " + std::to_string(error.offset) + ")");
}

TEST(Reader, ErrorsBehindAFoldNameThePlace) {
  const std::string text = MessageText().plus("X: 1\r\n     2\r\n\t3").plus("Expires: no").str();
  EXPECT_EQ(text.substr(error_of(text).offset, 7), "Expires");
}

/// Each prefix in a buffer of its very size: reading one octet too far is seen by the sanitizer.
TEST(Reader, NoPrefixIsReadBeyondItsEnd) {
  const std::string samples[] = {
      MessageText().with_body("body").str(),
      MessageText().plus("Content-Length: 4").with_body("body").str(),
      MessageText::response().plus("Route: <sip:a;lr> , \"q\\\"\" <sip:b>;x=\"y\"").str(),
      MessageText()
          .plus("Authorization: Digest username=\"a\", realm=\"r\", response=\"0a\"")
          .plus("Contact: <sip:[2001:db8::1]:5060;transport=udp?a=b>;q=0.5")
          .plus("Date: Sat, 13 Nov 2010 23:29:00 GMT")
          .plus("Subject: a\r\n b\r\n\tc")
          .str()};
  for (const std::string& sample : samples) {
    ASSERT_TRUE(parse_message(sample)) << sample;
    for (std::size_t length = 0; length < sample.size(); ++length) {
      std::string prefix = sample.substr(0, length);
      prefix.shrink_to_fit();
      const auto message = parse_message(prefix);
      const bool in_body = sample.find("\r\n\r\n") + 4 <= length;
      EXPECT_TRUE(in_body || !message) << prefix;
      if (!message) (void)make_rejection(prefix, message.error());
    }
  }
}

}  // namespace
}  // namespace sipward::sip
