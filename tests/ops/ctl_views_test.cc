// SPDX-License-Identifier: Apache-2.0
#include "agent/ops/ctl_views.h"

#include <gtest/gtest.h>

#include <string>

namespace sipward::ops {
namespace {

using Json = nlohmann::json;

Json row() {
  return {{"key", "udp 203.0.113.7:5060"},
          {"impi", "alice_priv@home1.example"},
          {"identities", {"sip:alice@home1.example", "tel:+15551000"}},
          {"defaults", {"sip:alice@home1.example"}},
          {"flow", "udp/203.0.113.7:5060"},
          {"sent_by", "10.0.0.5:5060"},
          {"call_id", "c1@ue"},
          {"created", "2024-01-01T00:00:00.000Z"},
          {"expires", "2024-01-01T01:00:00.000Z"},
          {"age", 5},
          {"expires_in", 3'595},
          {"binding", 7},
          {"epoch", 2}};
}

TEST(CtlViews, BindingsAreATable) {
  EXPECT_EQ(show_bindings(Json::array({row()})),
            "KEY                   IMPI                      DEFAULT                  EXPIRES  "
            "BINDING  EPOCH\n"
            "udp 203.0.113.7:5060  alice_priv@home1.example  sip:alice@home1.example  59m55s   "
            "7        2\n");
  EXPECT_EQ(show_bindings(Json::array()), "no bindings\n");
}

TEST(CtlViews, AnExplanationTellsWhoMadeTheRowAndWhatTheKernelHas) {
  const Json kernel{{"binding", 7}, {"epoch", 2}, {"expires_in", 3'595}};
  const Json lookup{
      {"address", "203.0.113.7"},
      {"rows", Json::array({{{"row", row()}, {"kernel", kernel}, {"kernel_agrees", true}}})}};
  EXPECT_EQ(show_explanation(lookup),
            "udp 203.0.113.7:5060 is bound to alice_priv@home1.example\n"
            "  asserted:    sip:alice@home1.example (default), may prefer "
            "sip:alice@home1.example tel:+15551000\n"
            "  made by:     REGISTER with Call-ID c1@ue from udp/203.0.113.7:5060 (Via "
            "10.0.0.5:5060)\n"
            "  created:     2024-01-01T00:00:00.000Z, 5s ago\n"
            "  expires:     2024-01-01T01:00:00.000Z, in 59m55s\n"
            "  binding:     7, epoch 2\n"
            "  kernel:      binding 7, epoch 2, expires in 59m55s, as here\n");
}

struct KernelCase {
  const char* name;
  Json explained;
  const char* expected;
};
class ExplainedKernel : public testing::TestWithParam<KernelCase> {};

TEST_P(ExplainedKernel, SaysWhetherTheGateAgrees) {
  Json explained = GetParam().explained;
  explained["row"] = row();
  const std::string text = show_explanation({{"rows", Json::array({explained})}});
  EXPECT_NE(text.find(GetParam().expected), std::string::npos) << text;
}

INSTANTIATE_TEST_SUITE_P(
    Rows, ExplainedKernel,
    testing::Values(KernelCase{"NoGate", Json::object(), "kernel:      no gate"},
                    KernelCase{"NoRow", {{"kernel", nullptr}}, "kernel:      NO ROW"},
                    KernelCase{
                        "OtherRow",
                        {{"kernel", {{"binding", 7}, {"epoch", 1}}}, {"kernel_agrees", false}},
                        "DIFFERS FROM THE TABLE"}),
    [](const auto& test) { return test.param.name; });

TEST(CtlViews, AnUnboundSourceIsExplainedToo) {
  const std::string text = show_explanation({{"address", "203.0.113.9"}, {"rows", Json::array()}});
  EXPECT_EQ(text.substr(0, text.find('\n')),
            "203.0.113.9 is not bound: no registration came from there, or it has ended.");
}

TEST(CtlViews, AnExplanationTellsWhatTheGateDid) {
  const Json verdict{{"at", "t"},
                     {"proto", "udp"},
                     {"source", "203.0.113.9:5060"},
                     {"target", "198.51.100.10:5060"},
                     {"reason", "expired"},
                     {"verdict", "expired"},
                     {"dropped", true},
                     {"meaning", "refused: the row of the source has expired"}};
  const std::string text = show_explanation({{"address", "203.0.113.9"},
                                             {"rows", Json::array()},
                                             {"gate_events", Json::array({verdict})}});
  EXPECT_NE(text.find("203.0.113.9 is not bound"), std::string::npos) << text;
  EXPECT_NE(text.find("\nrecent verdicts of the gate (a sample; `counters` counts all):\n"
                      "TIME  SOURCE                TO                  REASON   VERDICT  ACTION   "
                      "MEANING\n"
                      "t     udp/203.0.113.9:5060  198.51.100.10:5060  expired  expired  dropped  "
                      "refused: the row of the source has expired\n"),
            std::string::npos)
      << text;
}

TEST(CtlViews, AnExplanationTellsOfTheAnchorWhenTheDaemonDoes) {
  Json explained{{"row", row()},
                 {"kernel",
                  {{"binding", 7},
                   {"epoch", 2},
                   {"expires_in", 60},
                   {"anchor", "slot 1, MAC 02:00:00:00:00:01, hop limit 63"},
                   {"last_seen", 3},
                   {"suspect", true}}},
                 {"kernel_agrees", true}};
  explained["row"]["anchor"] = "slot 0, MAC 02:00:00:00:00:01, hop limit 63";
  explained["row"]["last_seen"] = 75;
  explained["row"]["suspect"] = true;
  const std::string text = show_explanation({{"rows", Json::array({explained})}});
  for (const char* line :
       {"  anchor:      slot 0, MAC 02:00:00:00:00:01, hop limit 63\n",
        "  last seen:   1m15s ago\n",
        "  suspect:     yes: silent for too long, or its address was released\n",
        "  kernel:      binding 7, epoch 2, expires in 1m00s, anchor slot 1, MAC "
        "02:00:00:00:00:01, hop limit 63, last seen 3s ago, suspect, as here\n"}) {
    EXPECT_NE(text.find(line), std::string::npos) << line << text;
  }
  explained["row"]["suspect"] = false;
  explained["row"]["last_seen"] = nullptr;
  const std::string calm = show_explanation({{"rows", Json::array({explained})}});
  EXPECT_EQ(calm.find("suspect: "), std::string::npos) << calm;
  EXPECT_EQ(calm.find("last seen: "), std::string::npos) << calm;
}

TEST(CtlViews, CountersThatAreZeroAreLeftOut) {
  const Json counters{
      {"events", {{"unbound", 3}, {"registered", 0}}},
      {"kernel", {{"eth1.100.bound", 9}, {"eth1.100.odd", 1}, {"eth1.100.expired", 0}}},
      {"reasons", {{"bound", {{"verdict", "bound"}, {"meaning", "passed: it has a row"}}}}},
      {"drift", {{"extra", 4}, {"missing", 0}}},
      {"node", {{"seats_lost", 1}}},
      {"transactions", {{"scscf", {{"client", 2}, {"server", 0}}}}},
      {"sockets",
       Json::array(
           {{{"local", "198.51.100.10:5060"}, {"received", 12}, {"dropped_by_kernel", 0}}})}};
  EXPECT_EQ(show_counters(counters),
            "GATE COUNTER    PACKETS  VERDICT  MEANING\n"
            "eth1.100.bound  9        bound    passed: it has a row\n"
            "eth1.100.odd    1        -        -\n"
            "\n"
            "GROUP               COUNTER     VALUE\n"
            "events              unbound     3\n"
            "drift               extra       4\n"
            "node                seats_lost  1\n"
            "transactions scscf  client      2\n"
            "198.51.100.10:5060  received    12\n");
  EXPECT_EQ(show_counters({{"kernel", {{"eth1.bound", 0}}}}), "all counters are zero\n");
  EXPECT_EQ(show_counters({{"kernel", {{"eth1.bound", 1}}}}),
            "GATE COUNTER  PACKETS  VERDICT  MEANING\n"
            "eth1.bound    1        -        -\n");
}

TEST(CtlViews, ADaemonOfAnotherVersionDoesNotCrashThem) {
  for (const Json& odd : {Json::object(), Json{{"rows", 7}}, Json{{"sockets", "x"}}}) {
    EXPECT_FALSE(show_status(odd).empty());
    EXPECT_FALSE(show_explanation(odd).empty());
    EXPECT_FALSE(show_counters(odd).empty());
  }
}

}  // namespace
}  // namespace sipward::ops
