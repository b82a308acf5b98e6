// SPDX-License-Identifier: Apache-2.0
#include "sip/headers.h"

#include <gtest/gtest.h>

#include "sip/writer.h"
#include "tests/sip/message_text.h"

namespace sipward::sip {
namespace {

using test::MessageText;
using test::parsed;

TEST(Headers, Number) {
  struct Row {
    const char* text;
    std::optional<std::uint32_t> number;
  };
  const Row rows[] = {
      {"0", 0},
      {"0068", 68},
      {"4294967295", 4'294'967'295U},
      {"4294967296", std::nullopt},            // 2^32
      {"18446744073709551616", std::nullopt},  // 2^64
      {"18446744073709551617", std::nullopt},
      {"", std::nullopt},
      {"-1", std::nullopt},
      {"+1", std::nullopt},
      {" 1", std::nullopt},
      {"1 ", std::nullopt},
      {"1a", std::nullopt},
      {"0x10", std::nullopt},
      {"1.0", std::nullopt},
  };
  for (const Row& row : rows) EXPECT_EQ(parse_number(row.text), row.number) << row.text;
}

TEST(Headers, CSeq) {
  struct Row {
    const char* text;
    std::optional<std::uint32_t> number;
    const char* method;
  };
  const Row rows[] = {
      {"1 INVITE", 1, "INVITE"},
      {"0009 \t INVITE", 9, "INVITE"},
      {"2147483647 ACK", 2'147'483'647U, "ACK"},  // RFC 3261 8.1.1.5: below 2^31
      {"2147483648 ACK", std::nullopt, ""},
      {"4294967297 ACK", std::nullopt, ""},
      {"1 !method.with`marks'", 1, "!method.with`marks'"},
      {"1", std::nullopt, ""},
      {"1 ", std::nullopt, ""},
      {"INVITE", std::nullopt, ""},
      {"1INVITE", std::nullopt, ""},
      {"1 IN VITE", std::nullopt, ""},
      {"-1 INVITE", std::nullopt, ""},
      {"", std::nullopt, ""},
  };
  for (const Row& row : rows) {
    const auto cseq = parse_cseq(row.text);
    ASSERT_EQ(cseq.has_value(), row.number.has_value()) << row.text;
    if (!cseq) continue;
    EXPECT_EQ(cseq->number, *row.number) << row.text;
    EXPECT_EQ(cseq->method, row.method);
  }
  EXPECT_EQ((CSeq{.number = 7, .method = "BYE"}.text()), "7 BYE");
}

TEST(Headers, TypedViewsOfAMessage) {
  const Message message = parsed(MessageText()
                                     .with("To", "To: Bob <sip:bob@home1.example>;tag=b")
                                     .plus("Expires: 600")
                                     .plus("Supported: path, Outbound")
                                     .plus("Contact: <sip:a@192.0.2.1>;q=0.5, <sip:a@192.0.2.2>"));
  EXPECT_EQ(top_via(message)->branch(), "z9hG4bKa1");
  EXPECT_EQ(cseq(message)->number, 7U);
  EXPECT_EQ(from(message)->uri.user, "alice");
  EXPECT_EQ(to(message)->uri.user, "bob");
  EXPECT_EQ(from_tag(message), "a");
  EXPECT_EQ(to_tag(message), "b");
  EXPECT_EQ(call_id(message), "1@192.0.2.10");
  EXPECT_EQ(number(message, Field::kExpires), 600U);
  EXPECT_TRUE(has_token(message, Field::kSupported, "outbound"));
  EXPECT_FALSE(has_token(message, Field::kSupported, "out"));
  EXPECT_FALSE(has_token(message, Field::kRequire, "outbound"));
  ASSERT_EQ(name_addrs(message, Field::kContact).size(), 2U);
  EXPECT_EQ(name_addrs(message, Field::kContact)[1].uri.host, "192.0.2.2");
  EXPECT_EQ(first_name_addr(message, Field::kContact)->params.value("q"), "0.5");
}

TEST(Headers, WhatIsNotThereIsAbsent) {
  const Message message = Message::response(200);
  EXPECT_FALSE(top_via(message));
  EXPECT_FALSE(cseq(message));
  EXPECT_FALSE(from(message));
  EXPECT_FALSE(to_tag(message));
  EXPECT_EQ(call_id(message), "");
  EXPECT_FALSE(number(message, Field::kExpires));
  EXPECT_TRUE(name_addrs(message, Field::kRoute).empty());
  EXPECT_FALSE(first_name_addr(message, Field::kRoute));
  EXPECT_FALSE(has_contact_star(message));
}

TEST(Headers, ContactStarIsNoAddress) {
  const Message message = parsed(MessageText("REGISTER sip:home1.example SIP/2.0")
                                     .with("CSeq", "CSeq: 7 REGISTER")
                                     .plus("Expires: 0")
                                     .plus("Contact: *"));
  EXPECT_TRUE(has_contact_star(message));
  EXPECT_TRUE(name_addrs(message, Field::kContact).empty());
}

// RFC 3261 8.2.6.2.
TEST(Headers, ResponseCopiesWhatItMust) {
  const Message request = parsed(MessageText()
                                     .plus("Via: SIP/2.0/UDP 192.0.2.99;branch=z9hG4bKb")
                                     .plus("Route: <sip:192.0.2.1;lr>")
                                     .plus("Subject: not copied")
                                     .with_body("neither"));
  EXPECT_EQ(write_message(make_response(request, 404, "local")),
            "SIP/2.0 404 Not Found\r\n"
            "Via: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bKa1\r\n"
            "Via: SIP/2.0/UDP 192.0.2.99;branch=z9hG4bKb\r\n"
            "From: <sip:alice@home1.example>;tag=a\r\n"
            "To: <sip:bob@home1.example>;tag=local\r\n"
            "Call-ID: 1@192.0.2.10\r\n"
            "CSeq: 7 OPTIONS\r\n"
            "Content-Length: 0\r\n\r\n");
}

TEST(Headers, ResponseTag) {
  struct Row {
    const char* name;
    const char* to;
    int status;
    const char* local;
    std::optional<std::string> tag;
  };
  const Row rows[] = {
      {"a dialog's own is kept", "To: <sip:bob@home1.example>;tag=b", 200, "local", "b"},
      {"100 has none of ours", "To: <sip:bob@home1.example>", 100, "local", std::nullopt},
      {"an address without brackets", "To: sip:bob@home1.example", 200, "local", "local"},
      {"a URI parameter of that name is none", "To: <sip:bob@home1.example;tag=u>", 200, "local",
       "local"},
      {"none wanted", "To: <sip:bob@home1.example>", 200, "", std::nullopt},
  };
  for (const Row& row : rows) {
    const Message request = parsed(MessageText().with("To", row.to));
    EXPECT_EQ(to_tag(make_response(request, row.status, row.local)), row.tag) << row.name;
  }
}

TEST(Headers, ResponseReason) {
  const Message request = parsed(MessageText());
  EXPECT_EQ(make_response(request, 403, "x", "Not From Here").reason(), "Not From Here");
  EXPECT_EQ(make_response(request, 403, "x").reason(), "Forbidden");
}

}  // namespace
}  // namespace sipward::sip
