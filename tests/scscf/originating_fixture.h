// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "tests/scscf/role.h"

namespace sipward::scscf::test {

inline std::function<void(Config&)> policy(ProxyAuth proxy_auth) {
  return [proxy_auth](Config& config) { config.proxy_auth = proxy_auth; };
}

inline std::string asserted(const sip::Message& request) {
  std::string text;
  for (const auto value : request.all(sip::Field::kPAssertedIdentity)) text += std::string(value);
  return text;
}

/// alice and bob are registered; everything else is the test's.
class Originating : public testing::Test {
 protected:
  explicit Originating(const std::function<void(Config&)>& change = policy(ProxyAuth::kInitial))
      : role(change) {
    EXPECT_TRUE(register_alice(role));
    EXPECT_TRUE(register_bob(role));
    role.sent.clear();
    role.events.clear();
  }
  /// The status, or 0 when it was forwarded.
  int send(const Request& request) {
    role.sent.clear();
    role.receive(text_of(request));
    return role.status();
  }
  const sip::Message& sent_on() {
    EXPECT_EQ(role.forwarded().size(), 1U);
    return role.forwarded().at(0)->message;
  }
  /// A nonce for the flow, from a 407.
  std::string nonce(Request request = {}) {
    request.credentials.clear();
    EXPECT_EQ(send(request), 407);
    return challenges_of(role.response()).at(0).nonce;
  }
  static UeAnswer invite_answer() { return {.method = "INVITE", .uri = kCarol}; }
  static UeAnswer bobs_answer() {
    return {.impi = kBobImpi, .password = "bob-pw-2", .method = "INVITE", .uri = kCarol};
  }
  Role role;
};

/// Within a dialog, on the route of our Record-Route.
inline Request in_dialog(const std::string& method) {
  return {.method = method,
          .route = "<sip:scscf1.home1.example;lr>, <sip:198.51.100.99:5060;lr>",
          .to_tag = "t1"};
}

}  // namespace sipward::scscf::test
