// SPDX-License-Identifier: Apache-2.0
#include "sip/hop_by_hop.h"

#include <gtest/gtest.h>

#include "sip/writer.h"
#include "tests/sip/dialogue.h"

namespace sipward::sip {
namespace {

Message invite() {
  Message message = dialogue::request({.via = "SIP/2.0/UDP p.example.net;branch=z9hG4bK-p"});
  message.add(Field::kVia, "SIP/2.0/UDP a.example.net;branch=z9hG4bK-a");
  message.add(Field::kRoute, "<sip:one.example.net;lr>");
  message.add(Field::kRoute, "<sip:two.example.net;lr>");
  message.add(Field::kContact, "<sip:alice@a.example.net>");
  message.add(Field::kPAssertedIdentity, "<sip:alice@example.net>");
  message.set_body("v=0\r\n");
  return message;
}

TEST(HopByHop, CancelIsMadeOfTheInvite) {
  EXPECT_EQ(write_message(make_cancel(invite())),
            "CANCEL sip:bob@example.net SIP/2.0\r\n"
            "Via: SIP/2.0/UDP p.example.net;branch=z9hG4bK-p\r\n"
            "Max-Forwards: 70\r\n"
            "Route: <sip:one.example.net;lr>\r\n"
            "Route: <sip:two.example.net;lr>\r\n"
            "From: <sip:alice@example.net>;tag=a\r\n"
            "To: <sip:bob@example.net>\r\n"
            "Call-ID: call-1\r\n"
            "CSeq: 1 CANCEL\r\n"
            "Content-Length: 0\r\n\r\n");
}

TEST(HopByHop, AckIsMadeOfTheInviteAndTheToOfTheResponse) {
  const std::string expected =
      "ACK sip:bob@example.net SIP/2.0\r\n"
      "Via: SIP/2.0/UDP p.example.net;branch=z9hG4bK-p\r\n"
      "Max-Forwards: 70\r\n"
      "Route: <sip:one.example.net;lr>\r\n"
      "Route: <sip:two.example.net;lr>\r\n"
      "From: <sip:alice@example.net>;tag=a\r\n"
      "To: <sip:bob@example.net>;tag=b\r\n"
      "Call-ID: call-1\r\n"
      "CSeq: 1 ACK\r\n"
      "Content-Length: 0\r\n\r\n";
  const Message refusal = dialogue::response(invite(), 486, "b");
  EXPECT_EQ(write_message(make_ack(invite(), refusal)), expected);
  EXPECT_EQ(write_message(make_ack(make_cancel(invite()), refusal)), expected);
}

}  // namespace
}  // namespace sipward::sip
