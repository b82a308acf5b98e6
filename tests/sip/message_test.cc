// SPDX-License-Identifier: Apache-2.0
#include "sip/message.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/sip/message_text.h"

namespace sipward::sip {
namespace {

Uri uri_of(std::string_view text) { return *parse_uri(text); }

Message make_request() {
  return Message::request(Method::kInvite, uri_of("sip:bob@home1.example"));
}

/// `Name=value` of each row, in order.
std::vector<std::string> rows(const Message& message) {
  std::vector<std::string> out;
  for (const Header& header : message.headers()) {
    out.push_back(std::string(header.name) + "=" + std::string(header.value));
  }
  return out;
}
using Rows = std::vector<std::string>;

TEST(Message, RequestKnowsItsMethod) {
  const Message invite = make_request();
  EXPECT_TRUE(invite.is_request());
  EXPECT_EQ(invite.method(), Method::kInvite);
  EXPECT_EQ(invite.method_text(), "INVITE");
  EXPECT_EQ(invite.status(), 0);
  EXPECT_EQ(invite.request_uri().text(), "sip:bob@home1.example");
}

TEST(Message, MethodOfAnotherNameIsKept) {
  std::string name = "NEWMETHOD-that-is-longer-than-a-short-string";
  const Message message = Message::request(name, uri_of("sip:home1.example"));
  const std::string copy = name;
  std::ranges::fill(name, '?');
  EXPECT_EQ(message.method(), Method::kOther);
  EXPECT_EQ(message.method_text(), copy);
}

TEST(Message, ResponseHasThePhraseOfItsCodeOrItsOwn) {
  EXPECT_EQ(Message::response(404).reason(), "Not Found");
  EXPECT_EQ(Message::response(404, "Gone Fishing").reason(), "Gone Fishing");
  EXPECT_FALSE(Message::response(200).is_request());
}

TEST(Message, AddStandsBehindTheRowsOfItsField) {
  Message message = make_request();
  message.add(Field::kVia, "v1");
  message.add(Field::kRoute, "r1");
  message.add_unknown("X-Own", "x");
  message.add(Field::kVia, "v2");
  message.add(Field::kRoute, "r2");
  EXPECT_EQ(rows(message), (Rows{"Via=v1", "Via=v2", "Route=r1", "Route=r2", "X-Own=x"}));
}

TEST(Message, PrependStandsBeforeTheRowsOfItsFieldOrOnTop) {
  Message message = make_request();
  message.add(Field::kTo, "t");
  message.prepend(Field::kVia, "v2");
  message.add(Field::kRoute, "r2");
  message.prepend(Field::kRoute, "r1");
  message.prepend(Field::kVia, "v1");
  EXPECT_EQ(rows(message), (Rows{"Via=v1", "Via=v2", "To=t", "Route=r1", "Route=r2"}));
}

TEST(Message, SetLeavesOneRowInThePlaceOfTheFirst) {
  Message message = make_request();
  message.add(Field::kRoute, "r1");
  message.add(Field::kRoute, "r2");
  message.add(Field::kTo, "t");
  message.set(Field::kRoute, "r");
  message.set(Field::kFrom, "f");
  EXPECT_EQ(rows(message), (Rows{"Route=r", "To=t", "From=f"}));
}

TEST(Message, SetFirstLeavesTheOthers) {
  Message message = make_request();
  message.add(Field::kVia, "v1");
  message.add(Field::kVia, "v2");
  message.set_first(Field::kVia, "v");
  EXPECT_EQ(rows(message), (Rows{"Via=v", "Via=v2"}));
}

TEST(Message, Remove) {
  Message message = make_request();
  for (const char* value : {"r1", "r2", "r3"}) message.add(Field::kRoute, value);
  message.add(Field::kTo, "t");
  message.remove_first(Field::kRoute);
  EXPECT_EQ(rows(message), (Rows{"Route=r2", "Route=r3", "To=t"}));
  EXPECT_EQ(message.remove_if(Field::kRoute, [](std::string_view v) { return v == "r3"; }), 1U);
  EXPECT_EQ(rows(message), (Rows{"Route=r2", "To=t"}));
  EXPECT_EQ(message.remove(Field::kRoute), 1U);
  EXPECT_EQ(message.remove(Field::kRoute), 0U);
  message.remove_first(Field::kRoute);
  EXPECT_EQ(rows(message), (Rows{"To=t"}));
}

TEST(Message, FindAllCount) {
  Message message = make_request();
  message.add(Field::kPath, "p1");
  message.add(Field::kPath, "p2");
  EXPECT_EQ(message.find(Field::kPath), "p1");
  EXPECT_EQ(message.all(Field::kPath), (std::vector<std::string_view>{"p1", "p2"}));
  EXPECT_EQ(message.count(Field::kPath), 2U);
  EXPECT_EQ(message.find(Field::kTo), std::nullopt);
  EXPECT_FALSE(message.has(Field::kTo));
}

TEST(Message, CloneSharesNothing) {
  std::optional<Message> original = test::parsed(
      test::MessageText().plus("X-Own: value of its own").plus("Route: <sip:a;lr>, <sip:b;lr>"));
  original->set_body("body");
  Message copy = original->clone();
  const Rows expected = rows(*original);
  original.reset();  // its buffer with it
  EXPECT_EQ(rows(copy), expected);
  EXPECT_EQ(copy.method_text(), "OPTIONS");
  EXPECT_EQ(copy.request_uri().text(), "sip:bob@home1.example");
  EXPECT_EQ(copy.body(), "body");
}

TEST(Message, CloneOfAResponse) {
  Message original = Message::response(486, "Not now");
  const Message copy = original.clone();
  original = Message::response(200);
  EXPECT_EQ(copy.status(), 486);
  EXPECT_EQ(copy.reason(), "Not now");
}

TEST(Message, CloneKeepsAnEmptyReason) {
  const Message original = test::parsed(test::MessageText::response().with_start("SIP/2.0 200 "));
  EXPECT_EQ(original.clone().reason(), "");
}

TEST(Message, MoveKeepsTheViews) {
  Message original = test::parsed(test::MessageText());
  const Rows expected = rows(original);
  Message moved = std::move(original);
  moved.add(Field::kRoute, "r");
  original = Message::response(200);
  EXPECT_EQ(rows(moved).size(), expected.size() + 1);
  EXPECT_EQ(moved.find(Field::kCSeq), "7 OPTIONS");
}

}  // namespace
}  // namespace sipward::sip
