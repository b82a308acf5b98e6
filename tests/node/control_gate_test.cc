// SPDX-License-Identifier: Apache-2.0
#include "agent/node/control_gate.h"

#include <gtest/gtest.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <string>

#include "agent/node/control_methods.h"
#include "tests/node/lab.h"

namespace sipward::node {
namespace {

using Json = nlohmann::json;

ims::GateEvent event_from(std::string_view source) {
  const std::string payload = "INVITE sip:bob@home1.example SIP/2.0\r\nVia: SIP/2.0/UDP ue\r\n";
  std::string frame(12, '\2');
  frame += std::string("\x08\x00\x45\x00\x00\xff", 6) + std::string(5, '\0') + "\x11";
  frame += std::string(10, '\0') + std::string("\x13\xc4\x13\xc4\x00\xff\x00\x00", 8) + payload;
  return {.at = std::chrono::steady_clock::now(),
          .reason = "anchor_vlan",
          .verdict = "spoofed",
          .text = "refused: it registered in another VLAN",
          .dropped = true,
          .entered = {.slot = RingModel::kSlot,
                      .mac = {2, 0, 0, 0, 0, 0xab},
                      .vlan = 100,
                      .inner_vlan = 0,
                      .hop_limit = 63},
          .source = *sip::Endpoint::parse(source),
          .target = *sip::Endpoint::parse("198.51.100.10:5060"),
          .protocol = 17,
          .frame_length = 420,
          .frame = frame};
}

struct Desk {
  Desk() : methods(*lab.edge, "") {}

  void tell(std::initializer_list<std::string_view> sources) {
    told += sources.size();
    for (const std::string_view source : sources) lab.ring->put(event_from(source));
    EXPECT_TRUE(lab.until([&] { return lab.edge->gate_events().ledger().last() == told; }));
  }
  Json call(const std::string& method, const Json& params = Json::object()) {
    const Json request{{"method", method}, {"params", params}};
    return Json::parse(methods.answer(request.dump()));
  }
  /// `3;4;`
  std::string sequences(const Json& params) {
    const Json answer = call("gate.events", params);
    std::string text;
    for (const Json& event : answer["result"]["events"]) text += event["sequence"].dump() + ";";
    return text + (answer["result"]["more"] == true ? "more" : "");
  }

  Lab lab;
  ControlMethods methods;
  std::size_t told = 0;
};

TEST(ControlGate, ShowsWhatTheGateTold) {
  Desk desk;
  desk.tell({"203.0.113.66:5060"});
  desk.lab.ring->lost_events = 9;
  Json result = desk.call("gate.events")["result"];
  ASSERT_EQ(result["events"].size(), 1U);
  Json event = result["events"][0];
  EXPECT_EQ(event["at"].get<std::string>().size(), std::string("2026-01-31T12:00:00.000Z").size());
  EXPECT_GT(event["unix_ns"].get<std::int64_t>(), 0);
  event.erase("at");
  event.erase("unix_ns");
  EXPECT_EQ(event, (Json{{"sequence", 1},
                         {"interface", "eth1"},
                         {"verdict", "spoofed"},
                         {"reason", "anchor_vlan"},
                         {"meaning", "refused: it registered in another VLAN"},
                         {"dropped", true},
                         {"source", "203.0.113.66:5060"},
                         {"target", "198.51.100.10:5060"},
                         {"proto", "udp"},
                         {"vlan", 100},
                         {"inner_vlan", nullptr},
                         {"mac", "02:00:00:00:00:ab"},
                         {"hop_limit", 63},
                         {"length", 420},
                         {"payload_head",
                          "INVITE sip:bob@home1.example SIP/2.0\\x0d\\x0aVia: "
                          "SIP/2.0/UDP ue\\x0d\\x0a"}}));
  EXPECT_EQ(result["first"], 1);
  EXPECT_EQ(result["last"], 1);
  EXPECT_EQ(result["lost"], 9);
  EXPECT_EQ(result["reads"], true);
  EXPECT_EQ(result["more"], false);
}

TEST(ControlGate, AnswersInPagesAndBySource) {
  Desk desk;
  desk.tell({"203.0.113.66:1", "203.0.113.66:2", "203.0.113.7:1", "203.0.113.66:1"});
  EXPECT_EQ(desk.sequences({}), "1;2;3;4;");
  EXPECT_EQ(desk.sequences({{"after", 3}}), "4;");
  EXPECT_EQ(desk.sequences({{"after", 4}}), "");
  EXPECT_EQ(desk.sequences({{"limit", 2}}), "1;2;more");
  EXPECT_EQ(desk.sequences({{"limit", 2}, {"after", 2}}), "3;4;");
  EXPECT_EQ(desk.sequences({{"address", "203.0.113.66"}}), "1;2;4;");
  EXPECT_EQ(desk.sequences({{"address", "203.0.113.66:1"}, {"after", 1}}), "4;");
  EXPECT_EQ(desk.call("gate.events", {{"address", "ue"}})["error"],
            "address: expected ADDRESS or ADDRESS:PORT");
}

TEST(ControlGate, GivesFramesWhenAsked) {
  Desk desk;
  desk.tell({"203.0.113.66:5060"});
  const auto frame_of = [&](const Json& params) {
    return desk.call("gate.events", params)["result"]["events"][0].value("frame", "none");
  };
  EXPECT_EQ(frame_of({}), "none");
  EXPECT_EQ(frame_of({{"frames", false}}), "none");
  EXPECT_EQ(frame_of({{"frames", true}}).substr(0, 20), "AgICAgICAgICAgICCABF");
}

TEST(ControlGate, ExplainsWithTheGatesVerdicts) {
  Desk desk;
  desk.tell({"203.0.113.66:1", "203.0.113.66:2"});
  const auto count = [&](const char* address) {
    return desk.call("bindings.lookup", {{"address", address}})["result"]["gate_events"].size();
  };
  EXPECT_EQ(count("203.0.113.66"), 2U);
  EXPECT_EQ(count("203.0.113.66:2"), 1U);
  EXPECT_EQ(count("203.0.113.67"), 0U);
}

TEST(ControlGate, CountersHaveTheirMeanings) {
  Desk desk;
  desk.tell({"203.0.113.66:1"});
  const Json counters = desk.call("counters")["result"];
  EXPECT_EQ(counters["gate_events"], (Json{{"read", 1}, {"lost", 0}, {"skipped", 0}}));
  EXPECT_EQ(counters["reasons"]["anchor_vlan"],
            (Json{{"verdict", "spoofed"}, {"meaning", "refused: it registered in another VLAN"}}));
}

TEST(ControlGate, BothListsTellTheirRunAndNumbers) {
  Desk desk;
  Phone alice(desk.lab, "alice", "127.0.0.2");
  ASSERT_EQ(alice.register_now(), 200);
  const Json daemon = desk.call("events.recent")["result"];
  EXPECT_EQ(daemon["run"], desk.call("gate.events")["result"]["run"]);
  EXPECT_EQ(daemon["first"], 1);
  const auto last = daemon["last"].get<std::uint64_t>();
  ASSERT_GT(last, 1U);
  EXPECT_EQ(daemon["events"].back()["sequence"], last);
  const Json newest = desk.call("events.recent", {{"after", last - 1}})["result"]["events"];
  ASSERT_EQ(newest.size(), 1U);
  EXPECT_EQ(newest[0]["sequence"], last);
}

}  // namespace
}  // namespace sipward::node
