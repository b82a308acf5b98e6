// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "sip/headers.h"
#include "sip/proxy.h"
#include "tests/sip/dialogue.h"

namespace sipward::sip {

/// A proxy in virtual time, its neighbours, and a user who decides by hand.
class ProxyTest : public testing::Test {
 protected:
  static constexpr const char* kAlice = "203.0.113.7:5060";
  static constexpr const char* kBob = "192.0.2.21:5060";
  static constexpr const char* kBobsPhone = "192.0.2.22:5060";
  static constexpr ContextId kFirst{1};

  void receive(const dialogue::RequestSpec& spec = {}) {
    proxy.receive(dialogue::request(spec), dialogue::udp(kAlice), now, out, events);
  }
  void forward(std::vector<std::string> targets, ContextId id = kFirst,
               const dialogue::RequestSpec& spec = {}) {
    std::vector<Target> list;
    for (const std::string& target : targets) {
      list.push_back({.request = dialogue::request(spec),
                      .next_hop = dialogue::udp(target),
                      .via_host = "p.example"});
    }
    proxy.forward(id, std::move(list), now, out, events);
  }
  /// The usual beginning: a request arrives and is passed on.
  void begin(std::vector<std::string> targets, const dialogue::RequestSpec& spec = {}) {
    receive(spec);
    forward(std::move(targets), kFirst, spec);
    events.clear();
    sent();
  }
  /// A neighbour answers the request of that method that it got last.
  void answer(const std::string& neighbour, int status, const std::string& method = "INVITE") {
    Message response = make_response(got.at(method + " > " + neighbour), status, "b");
    answer_with(neighbour, std::move(response));
  }
  void answer_with(const std::string& neighbour, Message response) {
    proxy.receive(std::move(response), dialogue::udp(neighbour), now, out, events);
  }
  /// What has left the proxy; the neighbours get it.
  dialogue::Lines sent() {
    for (const Outgoing& outgoing : out) {
      Message message = dialogue::read(outgoing);
      if (!message.is_request()) continue;
      got.insert_or_assign(std::string(message.method_text()) + " > " + outgoing.flow.remote.text(),
                           std::move(message));
    }
    return dialogue::drain(out);
  }
  dialogue::Lines heard() { return dialogue::drain(events); }
  /// The user hands every response back; what leaves then.
  dialogue::Lines pass_on() {
    ProxyEvents pending;
    std::swap(pending, events);
    for (ProxyEvent& event : pending) {
      auto* response = std::get_if<ProxyResponse>(&event);
      if (response != nullptr) {
        proxy.respond(response->id, std::move(response->response), now, out);
      } else {
        events.push_back(std::move(event));
      }
    }
    return sent();
  }
  void pass(Duration time) {
    const Time until = now + time;
    while (proxy.deadline() && *proxy.deadline() <= until) {
      now = *proxy.deadline();
      proxy.tick(now, out, events);
    }
    now = until;
  }
  void expect_empty() {
    pass(std::chrono::seconds(40));
    EXPECT_EQ(proxy.transactions().server_count(), 0U);
    EXPECT_EQ(proxy.transactions().client_count(), 0U);
    EXPECT_EQ(proxy.deadline(), std::nullopt);
  }

  std::mt19937_64 generator{1};
  Proxy proxy{{.transactions = {.timers = {}, .max_server = 10, .max_client = 3},
               .timer_c = std::chrono::seconds(185)},
              [this] { return generator(); }};
  Time now = dialogue::kStart;
  Outbox out;
  ProxyEvents events;
  std::map<std::string, Message> got;  // by `INVITE > 192.0.2.21:5060`
};

}  // namespace sipward::sip
