// SPDX-License-Identifier: Apache-2.0
#include "agent/ops/event_views.h"

#include <gtest/gtest.h>

#include <string>

namespace sipward::ops {
namespace {

using Json = nlohmann::json;

Json gate_event() {
  return {{"where", "gate"},
          {"at", "2026-01-01T00:00:00.000Z"},
          {"interface", "eth1"},
          {"reason", "unbound"},
          {"dropped", true},
          {"source", "203.0.113.66:5060"},
          {"proto", "udp"},
          {"vlan", nullptr},
          {"inner_vlan", nullptr},
          {"mac", "02:00:00:00:00:09"},
          {"hop_limit", 63},
          {"length", 420},
          {"payload_head", "INVITE sip:bob@home1.example SIP/2.0\\x0d\\x0a"}};
}

TEST(EventLine, OfTheGate) {
  EXPECT_EQ(event_line(gate_event()),
            "2026-01-01T00:00:00.000Z  gate    unbound               udp/203.0.113.66:5060         "
            "dropped at eth1, MAC 02:00:00:00:00:09, hop limit 63, 420 octets: INVITE "
            "sip:bob@home1.example SIP/2.0\\x0d\\x0a\n");
}

TEST(EventLine, OfTheGateInAVlan) {
  Json event = gate_event();
  event["vlan"] = 100;
  event["dropped"] = false;
  event["payload_head"] = "";
  EXPECT_NE(event_line(event).find("passed at eth1, VLAN 100, MAC 02:00:00:00:00:09, hop limit 63, "
                                   "420 octets\n"),
            std::string::npos);
  event["inner_vlan"] = 7;
  EXPECT_NE(event_line(event).find("VLAN 100.7, "), std::string::npos);
}

TEST(EventLine, OfTheDaemon) {
  const Json event{{"where", "daemon"},    {"at", "2026-01-01T00:00:00.000Z"},
                   {"event", "malformed"}, {"flow", "udp/203.0.113.66:5060"},
                   {"impi", ""},           {"impu", "sip:alice@home1.example"},
                   {"detail", "no Via"}};
  EXPECT_EQ(event_line(event),
            "2026-01-01T00:00:00.000Z  daemon  malformed             udp/203.0.113.66:5060         "
            "sip:alice@home1.example no Via\n");
}

TEST(EventLine, HasAHeading) {
  EXPECT_EQ(event_heading(),
            "TIME                      WHERE   EVENT                 SOURCE                        "
            "DETAIL\n");
}

TEST(EventLine, StrangersWordsDoNotDriveTheTerminal) {
  for (const char* name : {"impi", "impu", "detail", "flow", "event", "at", "payload_head", "mac",
                           "source", "reason", "interface"}) {
    for (const char* where : {"gate", "daemon"}) {
      const std::string text = event_line({{"where", where}, {name, "\x1b[31m\n\x9b"}});
      EXPECT_EQ(text.find_first_of("\x1b\x9b"), std::string::npos) << name;
      EXPECT_EQ(text.find('\n'), text.size() - 1) << name;
    }
  }
}

TEST(ShowDecisions, IsATable) {
  const Json event{{"at", "t"},          {"event", "malformed"}, {"flow", "f"},
                   {"impi", "\x1b[31m"}, {"impu", ""},           {"detail", "a\nb"}};
  EXPECT_EQ(show_decisions(Json::array({event})),
            "TIME  EVENT      FLOW  IMPI      IMPU  DETAIL\n"
            "t     malformed  f     \\x1b[31m  -     a\\x0ab\n");
}

TEST(ShowVerdicts, IsATable) {
  Json event = gate_event();
  event["at"] = "t";
  event["target"] = "198.51.100.10:5060";
  event["verdict"] = "unbound";
  event["meaning"] = "refused: no row for the source";
  EXPECT_EQ(show_verdicts(Json::array({event})),
            "TIME  SOURCE                 TO                  REASON   VERDICT  ACTION   MEANING\n"
            "t     udp/203.0.113.66:5060  198.51.100.10:5060  unbound  unbound  dropped  refused: "
            "no row for the source\n");
}

}  // namespace
}  // namespace sipward::ops
