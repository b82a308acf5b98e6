// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "sip/headers.h"
#include "sip/writer.h"
#include "tests/sip/message_text.h"

namespace sipward::sip {
namespace {

using test::MessageText;
using test::octet;

std::optional<Message> rejection_of(const std::string& text) {
  const auto message = parse_message(text);
  if (message) {
    ADD_FAILURE() << "parses: " << text;
    return std::nullopt;
  }
  return make_rejection(text, message.error());
}

TEST(Rejection, CopiesWhatAResponseMust) {
  const auto answer = rejection_of(MessageText()
                                       .plus("v: SIP/2.0/UDP 192.0.2.99, SIP/2.0/TCP b")
                                       .with("To", "To: <sip:bob@home1.example>;tag=b")
                                       .plus("Expires: soon")
                                       .str());
  ASSERT_TRUE(answer);
  EXPECT_EQ(write_message(*answer),
            "SIP/2.0 400 Bad Request (Expires: header does not parse)\r\n"
            "Via: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bKa1\r\n"
            "Via: SIP/2.0/UDP 192.0.2.99\r\n"
            "Via: SIP/2.0/TCP b\r\n"
            "From: <sip:alice@home1.example>;tag=a\r\n"
            "To: <sip:bob@home1.example>;tag=b\r\n"
            "Call-ID: 1@192.0.2.10\r\n"
            "CSeq: 7 OPTIONS\r\n"
            "Content-Length: 0\r\n\r\n");
}

struct Row {
  const char* name;
  std::string text;
  int status;
  const char* reason;
};

TEST(Rejection, Answered) {
  const Row rows[] = {
      {"the mistake is elsewhere", MessageText().plus("Route: sip:a").str(), 400,
       "Bad Request (Route: header does not parse)"},
      {"Request-URI", MessageText("OPTIONS <sip:a> SIP/2.0").str(), 400,
       "Bad Request (Request-URI does not parse)"},
      {"a line without a colon", MessageText().plus("nonsense").str(), 400,
       "Bad Request (header line without a colon)"},
      {"Content-Length", MessageText().plus("l: 9").str(), 400,
       "Bad Request (Content-Length: header section or body ends too early)"},
      {"method of the CSeq", MessageText().with("CSeq", "CSeq: 1 BYE").str(), 400,
       "Bad Request (CSeq: method is not the request's)"},
      {"CSeq out of range", MessageText().with("CSeq", "CSeq: 4294967297 OPTIONS").str(), 400,
       "Bad Request (CSeq: header does not parse)"},
      {"version", MessageText("OPTIONS sip:a SIP/7.0").str(), 505,
       "Version Not Supported (SIP version is not 2.0)"},
      {"version, in the Via too",
       MessageText("OPTIONS sip:a SIP/7.0").with("Via", "Via: SIP/7.0/UDP a;branch=b").str(), 505,
       "Version Not Supported (SIP version is not 2.0)"},
      {"too long", MessageText().with_body(std::string(ReaderLimits::kMessage, 'x')).str(), 513,
       "Message Too Large (message is longer than 65535 octets)"},
  };
  for (const Row& row : rows) {
    const auto answer = rejection_of(row.text);
    ASSERT_TRUE(answer) << row.name;
    EXPECT_EQ(answer->status(), row.status) << row.name;
    EXPECT_EQ(answer->reason(), row.reason) << row.name;
    EXPECT_TRUE(to_tag(*answer)) << row.name;
  }
}

TEST(Rejection, Silence) {
  const std::pair<const char*, std::string> rows[] = {
      {"nothing", ""},
      {"no SIP", "GET / HTTP/1.1\r\n\r\n"},
      {"a response", MessageText::response().plus("Expires: soon").str()},
      {"a response of another version", MessageText("SIP/7.0 200 OK").str()},
      {"an ACK", MessageText("ACK sip:a SIP/2.0").with("CSeq", "CSeq: 1 INVITE").str()},
      {"no Via", MessageText().without("Via").str()},
      {"no To", MessageText().without("To").str()},
      {"From twice", MessageText().plus("f: <sip:m@evil.example>").str()},
      {"CSeq twice", MessageText().plus("CSeq: 8 OPTIONS").str()},
      {"Call-ID twice", MessageText().plus("i: 2").str()},
      {"bad From", MessageText().with("From", "From: \"Alice <sip:a@b>").str()},
      {"bad Via", MessageText().with("Via", "Via: SIP/2.0/UDP a;;,;,,").str()},
      {"a bad Via below a good one", MessageText().plus("Via: xxSIP/2.0/UDP a").str()},
      {"Via of neither version",
       MessageText("OPTIONS sip:a SIP/7.0").with("Via", "Via: SIP/6.0/UDP a").str()},
      {"bad CSeq", MessageText().with("CSeq", "CSeq: x-1 OPTIONS").str()},
      {"control octet", MessageText().plus("From" + octet(1) + ": x").str()},
      {"bare LF", MessageText().plus("X-Own: a\nb").str()},
      {"cut short before the empty line", MessageText().str().substr(0, 200)},
  };
  for (const auto& [name, text] : rows) EXPECT_FALSE(rejection_of(text)) << name;
}

// RFC 3261 8.2.7: nothing is kept of the request, and yet its retransmission gets the same tag.
TEST(Rejection, TagIsTheRequests) {
  const std::string request = MessageText().plus("Expires: soon").str();
  const std::string other = MessageText().with("Call-ID", "Call-ID: 2").plus("Expires: soon").str();
  EXPECT_EQ(to_tag(*rejection_of(request)), to_tag(*rejection_of(request)));
  EXPECT_NE(to_tag(*rejection_of(request)), to_tag(*rejection_of(other)));
}

TEST(Rejection, AnswerParses) {
  const auto answer = rejection_of(MessageText().plus("Expires: soon").str());
  ASSERT_TRUE(answer);
  EXPECT_TRUE(parse_message(write_message(*answer)));
}

}  // namespace
}  // namespace sipward::sip
