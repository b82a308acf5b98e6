// SPDX-License-Identifier: Apache-2.0
#include "sip/writer.h"

#include <gtest/gtest.h>

#include <random>

#include "tests/sip/message_text.h"
#include "tests/sip/round_trip.h"

namespace sipward::sip {
namespace {

using test::MessageText;
using test::parsed;
using test::round_trip_difference;

TEST(Writer, CanonicalForm) {
  const Message message = parse_message(
                              "\r\nINVITE SIP:bob@home1.example;x=y sip/2.0\r\n"
                              "l : 4\r\n"
                              "v:SIP/2.0/UDP a,\r\n SIP/2.0/TCP b\r\n"
                              "f:<sip:alice@home1.example>;tag=a\r\n"
                              "T\t:\t<sip:bob@home1.example>\r\n"
                              "x-oWn:a \r\n\tb\r\n"
                              "i:1\r\n"
                              "k: path,outbound\r\n"
                              "cseq: 1\r\n INVITE\r\n"
                              "s:\r\n\r\n"
                              "bodyrest")
                              .value()
                              .clone();
  EXPECT_EQ(write_message(message),
            "INVITE sip:bob@home1.example;x=y SIP/2.0\r\n"
            "Via: SIP/2.0/UDP a\r\n"
            "Via: SIP/2.0/TCP b\r\n"
            "From: <sip:alice@home1.example>;tag=a\r\n"
            "To: <sip:bob@home1.example>\r\n"
            "x-oWn: a b\r\n"
            "Call-ID: 1\r\n"
            "Supported: path\r\n"
            "Supported: outbound\r\n"
            "CSeq: 1 INVITE\r\n"
            "Subject:\r\n"
            "Content-Length: 4\r\n"
            "\r\n"
            "body");
}

TEST(Writer, StatusLine) {
  EXPECT_EQ(write_message(Message::response(180)),
            "SIP/2.0 180 Ringing\r\nContent-Length: 0\r\n\r\n");
  const Message empty = parsed(MessageText::response().with_start("SIP/2.0 100 "));
  EXPECT_TRUE(write_message(empty).starts_with("SIP/2.0 100 \r\n"));
}

// Whoever added such a row: the length is the body's.
TEST(Writer, ContentLengthIsRightAndStandsOnce) {
  Message message = Message::response(200);
  message.add(Field::kContentLength, "99");
  message.set_body("12345");
  EXPECT_EQ(write_message(message), "SIP/2.0 200 OK\r\nContent-Length: 5\r\n\r\n12345");
}

const std::string kSamples[] = {
    MessageText().str(),
    MessageText().plus("l: 4").with_body("bodyrest").str(),
    MessageText::response().plus("Warning: 399 a \"b, c\", 399 d \"e\"").str(),
    MessageText("INVITE sips:a:b@[2001:db8::1]:5061;lr SIP/2.0")
        .with("CSeq", "CSeq: 1 INVITE")
        .plus("Route: <sip:a,b@h;lr> , \"x, \\\"y\" <sip:c;lr>;p=\"1,2\"")
        .plus("m:Alice A. <sip:a@192.0.2.1;ob>;+sip.instance=\"<urn:uuid:1>\";reg-id=1")
        .plus("P-Preferred-Identity: <tel:+1-555-1000>")
        .plus("Supported:")
        .plus("Accept: application/sdp;level=1, text/*")
        .plus("Date: Sat, 13 Nov 2010 23:29:00 GMT")
        .plus("X-Folded: a\r\n b\r\n\tc")
        .with_body("v=0\r\n")
        .str(),
    MessageText("REGISTER sip:home1.example SIP/2.0")
        .with("CSeq", "CSeq: 1 REGISTER")
        .plus("m: *")
        .plus("Expires: 0")
        .plus("Authorization: Digest username=\"a\", realm=\"r\", nonce=\"\", response=\"\"")
        .plus("Security-Client: ipsec-3gpp;alg=x, digest")
        .plus("Privacy: id;user")
        .str(),
    MessageText("OPTIONS tel:+1-201;ext=1 SIP/2.0").plus("Subject: \xd0\x96").str(),
    MessageText("OPTIONS urn:service:sos SIP/2.0").plus("Event: reg;id=1").str(),
};

TEST(RoundTrip, Samples) {
  for (const std::string& sample : kSamples) {
    const auto message = parse_message(sample);
    ASSERT_TRUE(message) << message.error().describe() << " in\n" << sample;
    EXPECT_EQ(round_trip_difference(*message), "") << sample;
  }
}

/// Texts between legal and not: whatever the reader takes, the writer must give back.
class Mutator {
 public:
  explicit Mutator(std::uint32_t seed) : random_(seed) {}

  std::string mutate(std::string text) {
    for (std::size_t i = 0; i <= below(3); ++i) text = mutate_once(std::move(text));
    return text;
  }

 private:
  std::size_t below(std::size_t end) { return end == 0 ? 0 : random_() % end; }

  std::string mutate_once(std::string text) {
    static const std::vector<std::string> kPieces = {",",
                                                     ";",
                                                     "<",
                                                     ">",
                                                     "\"",
                                                     "\\",
                                                     " ",
                                                     "\t",
                                                     ":",
                                                     "\r\n ",
                                                     "\r\n",
                                                     "=",
                                                     "%41",
                                                     "%",
                                                     "*",
                                                     "@",
                                                     "?",
                                                     "/",
                                                     "[",
                                                     "]",
                                                     "\xd0",
                                                     "\x01",
                                                     "v: SIP/2.0/UDP a",
                                                     "k:",
                                                     "99999999999"};
    const std::size_t at = below(text.size());
    switch (below(5)) {
      case 0:
        return text.insert(at, kPieces[below(kPieces.size())]);
      case 1:
        return text.replace(at, 1, kPieces[below(kPieces.size())]);
      case 2:
        return text.erase(at, 1 + below(8));
      case 3:
        return text.insert(at, text.substr(below(text.size()), 1 + below(40)));
      default:
        text[at] = static_cast<char>(random_());
        return text;
    }
  }

  std::mt19937 random_;
};

TEST(RoundTrip, MutatedSamples) {
  Mutator mutator(4475);
  std::size_t accepted = 0;
  std::size_t refused = 0;
  for (int round = 0; round < 3'000; ++round) {
    for (const std::string& sample : kSamples) {
      const std::string text = mutator.mutate(sample);
      const auto message = parse_message(text);
      if (!message) {
        ++refused;
        (void)make_rejection(text, message.error());
        continue;
      }
      ++accepted;
      ASSERT_EQ(round_trip_difference(*message), "") << text;
    }
  }
  // Neither a reader that takes everything nor one that takes nothing has shown anything.
  EXPECT_GT(accepted, 1'000U);
  EXPECT_GT(refused, 1'000U);
}

}  // namespace
}  // namespace sipward::sip
