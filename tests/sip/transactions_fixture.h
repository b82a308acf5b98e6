// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>

#include "sip/transactions.h"
#include "tests/sip/dialogue.h"

namespace sipward::sip {

/// One element in virtual time.
class TransactionsTest : public testing::Test {
 protected:
  inline static const Flow kAlice = dialogue::udp("203.0.113.7:5060");
  inline static const Flow kBob = dialogue::udp("192.0.2.20:5060");

  void receive(Message message, const Flow& flow = kAlice) {
    transactions.receive(std::move(message), flow, now, out, events);
  }
  bool respond(const Message& answer, ServerId id = ServerId{1}) {
    return transactions.respond(id, answer, now, out);
  }
  std::optional<ClientId> send(std::string method, const Flow& next_hop = kBob) {
    return transactions.send(ours(std::move(method)), next_hop, now, out);
  }
  /// A request with our own Via on top.
  static Message ours(std::string method) {
    return dialogue::request(
        {.method = std::move(method), .via = "SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bK-ours"});
  }
  /// A response to it.
  static Message theirs(std::string method, int status) {
    return dialogue::response(ours(std::move(method)), status);
  }
  /// Lets time pass, deadline by deadline.
  void pass(Duration time) {
    const Time until = now + time;
    while (transactions.deadline() && *transactions.deadline() <= until) {
      now = *transactions.deadline();
      transactions.tick(now, out, events);
    }
    now = until;
  }
  void expect_empty() {
    EXPECT_EQ(transactions.server_count(), 0U);
    EXPECT_EQ(transactions.client_count(), 0U);
    EXPECT_EQ(transactions.deadline(), std::nullopt);
  }

  Transactions transactions{{.timers = {}, .max_server = 3, .max_client = 2}};
  Time now = dialogue::kStart;
  Outbox out;
  TransactionEvents events;
};

}  // namespace sipward::sip
