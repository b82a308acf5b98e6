// SPDX-License-Identifier: Apache-2.0
#include "sip/outgoing.h"

#include <gtest/gtest.h>

#include "sip/writer.h"
#include "tests/sip/dialogue.h"

namespace sipward::sip {
namespace {

TEST(Outgoing, ASocketIsGivenBytes) {
  const Message message = dialogue::request();
  const Flow flow = dialogue::udp("192.0.2.20:5060");
  const Outgoing outgoing = make_outgoing(message, flow);
  EXPECT_EQ(outgoing.flow, flow);
  EXPECT_EQ(std::get<std::string>(outgoing.content), write_message(message));
  EXPECT_EQ(repeatable(outgoing), write_message(message));
  EXPECT_EQ(repeatable(make_outgoing(dialogue::request(), flow)), write_message(message));
}

TEST(Outgoing, AnElementOfTheSameProcessIsGivenTheValue) {
  const Message message = dialogue::request();
  const Outgoing copied = make_outgoing(message, dialogue::internal());
  const Outgoing moved = make_outgoing(dialogue::request(), dialogue::internal());
  EXPECT_EQ(write_message(std::get<Message>(copied.content)), write_message(message));
  EXPECT_EQ(write_message(std::get<Message>(moved.content)), write_message(message));
  EXPECT_TRUE(repeatable(copied).empty()) << "nothing gets lost there";
}

}  // namespace
}  // namespace sipward::sip
