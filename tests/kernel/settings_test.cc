// SPDX-License-Identifier: Apache-2.0
#include "agent/dataplane/settings.h"

#include <gtest/gtest.h>

#include "tests/kernel/lab.h"

namespace sipward::test {
namespace {

using dataplane::find_fault;
using dataplane::GateConfig;

struct Case {
  const char* name;
  void (*spoil)(GateConfig&);
  const char* said;
};

dataplane::Listener listener(std::string_view endpoint) {
  return {.local = sip::Endpoint::parse(endpoint).value()};
}

TEST(Settings, AConfigurationThatCannotBeEnforcedIsNamed) {
  const Case cases[] = {
      {"no interface", [](GateConfig& c) { c.interfaces.clear(); }, "no interface"},
      {"twice",
       [](GateConfig& c) {
         c.interfaces = {"eth0", "eth0"};
       },
       "eth0 is given twice"},
      {"too long", [](GateConfig& c) { c.interfaces = {"a-name-of-16-oct"}; }, "is no name"},
      {"too many interfaces",
       [](GateConfig& c) { c.interfaces.resize(SIPWARD_MAX_INTERFACES + 1, "x"); }, "at most 16"},
      {"no listener", [](GateConfig& c) { c.listeners.clear(); }, "no listener"},
      {"too many listeners",
       [](GateConfig& c) { c.listeners.resize(SIPWARD_MAX_LISTENERS + 1, c.listeners.front()); },
       "at most 16"},
      {"no packets come to it",
       [](GateConfig& c) { c.listeners[0].transport = sip::Transport::kInternal; }, "no packet"},
      {"wildcard address", [](GateConfig& c) { c.listeners[0] = listener("0.0.0.0:5060"); },
       "no wildcard"},
      {"no rows", [](GateConfig& c) { c.max_bindings = 0; }, "max_bindings"},
  };
  EXPECT_EQ(find_fault(test_config()), std::nullopt);
  for (const Case& c : cases) {
    GateConfig config = test_config();
    c.spoil(config);
    const auto fault = find_fault(config);
    ASSERT_TRUE(fault) << c.name;
    EXPECT_NE(fault->find(c.said), std::string::npos) << *fault;
  }
}

TEST(Settings, AreWhatTheKernelCompares) {
  GateConfig config = test_config();
  config.register_budget = {.per_source = 20, .total = 0};
  const sipward_settings made = dataplane::make_settings(config, {"sw0", 3}, {1, 2});
  EXPECT_EQ(made.slot, 3U);
  EXPECT_EQ(made.listeners4_used, 1U);
  EXPECT_EQ(made.listeners6_used, 1U);
  EXPECT_EQ(made.listeners4[0].addr[0], 198);
  EXPECT_EQ(made.listeners4[0].port, 5060) << "host order, for people";
  EXPECT_EQ(made.budgets[SIPWARD_CLASS_REGISTER].source_interval_ns, 50'000'000U);
  EXPECT_EQ(made.budgets[SIPWARD_CLASS_REGISTER].total_interval_ns, 0U);
}

TEST(Settings, SixteenListenersOfEachFamilyFitThroughTheVerifier) {
  GateConfig config = test_config();
  config.listeners.clear();
  for (int i = 0; i < SIPWARD_MAX_LISTENERS / 2; ++i) {
    config.listeners.push_back(listener("198.51.100.10:" + std::to_string(6000 + i)));
    config.listeners.push_back(listener("[2001:db8::10]:" + std::to_string(6000 + i)));
  }
  GateUnderTest gate(config);
  EXPECT_EQ(gate.run(from_ue4("x").udp(kUePort, 6007)).counted, "unbound");
  EXPECT_EQ(gate.run(from_ue6("x").udp(kUePort, 6007)).counted, "unbound");
  EXPECT_EQ(gate.run(from_ue4("x").udp(kUePort, 6008)).counted, "");
}

}  // namespace
}  // namespace sipward::test
