// SPDX-License-Identifier: Apache-2.0
// Nothing that a refused stranger sends writes to a map, but counters and the budgets' fixed words.
#include <gtest/gtest.h>
#include <linux/bpf.h>

#include <array>
#include <map>
#include <random>

#include "agent/dataplane/map_names.h"
#include "tests/kernel/expectations.h"
#include "tests/kernel/lab.h"

namespace sipward::test {
namespace {

constexpr std::string_view kRegister = "REGISTER sip:home1.example SIP/2.0\r\n";
constexpr int kFrames = 10'000;

/// Every element, key and value, of a map.
using Dump = std::map<Frame, Frame>;

Dump dump(const dataplane::Descriptor& map) {
  bpf_map_info info{};
  __u32 size = sizeof(info);
  if (bpf_obj_get_info_by_fd(map.get(), &info, &size) != 0) throw std::runtime_error("map info");
  Dump all;
  Frame key(info.key_size);
  Frame next(info.key_size);
  Frame value(info.value_size);
  for (bool first = true;
       bpf_map_get_next_key(map.get(), first ? nullptr : key.data(), next.data()) == 0;
       first = false) {
    key = next;
    if (bpf_map_lookup_elem(map.get(), key.data(), value.data()) == 0) all[key] = value;
  }
  return all;
}

/// Written by what is refused: counters, and the words of budgets. The ring has no elements.
bool may_change(std::string_view map) {
  return map == dataplane::kCounters || map == dataplane::kSources || map == dataplane::kTotals ||
         map == dataplane::kEvents;
}

std::map<std::string, Dump> dump_all(const GateUnderTest& gate) {
  std::map<std::string, Dump> all;
  for (const std::string_view name : dataplane::kMapNames) {
    if (!may_change(name)) all[std::string(name)] = dump(gate.map(name));
  }
  return all;
}

dataplane::GateConfig flooded(std::uint32_t total, dataplane::Fragments fragments) {
  auto config = test_config();
  config.emergency = true;
  config.fragments = fragments;
  for (dataplane::Budget* budget :
       {&config.register_budget, &config.keepalive_budget, &config.emergency_budget,
        &config.syn_budget, &config.fragment_budget}) {
    *budget = {.per_source = 10, .total = total};
  }
  for (int i = 0; i < 2; ++i) {
    config.listeners.push_back(
        {.local = config.listeners[i].local, .transport = sip::Transport::kTcp});
  }
  return config;
}

/// One of all kinds of frames that a stranger can send, from a random source.
class Strangers {
 public:
  Frame next() {
    const bool v6 = random_() % 2 == 0;
    const auto number = static_cast<std::uint32_t>(random_());
    const std::string source =
        v6 ? "2001:db8:8:" + std::to_string(number % 9'000) + "::" + std::to_string(number % 999)
           : "100.64." + std::to_string(number % 256) + "." + std::to_string(number / 256 % 256);
    const auto port = static_cast<std::uint16_t>(1 + number % 60'000);
    return of_kind(random_() % 8, Packet().ip(source, v6 ? kGate6 : kGate4).fragment_id(number),
                   port);
  }

 private:
  static Frame of_kind(std::uint64_t kind, Packet packet, std::uint16_t port) {
    static constexpr std::array<std::string_view, 4> kTexts{
        kRegister, "\r\n", "INVITE urn:service:sos SIP/2.0\r\n", "MESSAGE sip:b@h SIP/2.0\r\n"};
    if (kind < kTexts.size()) return packet.udp(port, kSip).payload(kTexts[kind]);
    switch (kind) {
      case 4:
        return packet.tcp(port, kSip, kSyn);
      case 5:
        return packet.tcp(port, kSip, kAck);
      case 6:
        return packet.udp(port, kSip).payload(kRegister).fragment(0, true).claim_udp_length(2'000);
      default:
        return packet.payload("tail").fragment(1'480, false).without_udp_header();
    }
  }

  std::mt19937_64 random_{33'203};
};

TEST(Flood, OfRefusedStrangersWritesNoMap) {
  for (const auto fragments : {dataplane::Fragments::kSource, dataplane::Fragments::kTrack}) {
    GateUnderTest gate(flooded(0, fragments));
    install(gate, {row({}), row({.ip = kUe6, .port = 0})});
    const auto before = dump_all(gate);
    Strangers strangers;
    for (int i = 0; i < kFrames; ++i) gate.repeat(strangers.next(), 1);
    EXPECT_EQ(gate.packets("register_admitted") + gate.packets("syn_admitted"), 0U);
    EXPECT_GT(gate.packets("register_flood"), 100U);
    EXPECT_GT(gate.packets("syn_flood"), 100U);
    const auto after = dump_all(gate);
    for (const auto& [name, elements] : before) {
      EXPECT_TRUE(after.at(name) == elements) << name << " has changed";
    }
  }
}

TEST(Flood, WritesASeatForEachWhoIsAdmittedAndNoMore) {
  constexpr std::uint32_t kTotal = 5;
  GateUnderTest gate(flooded(kTotal, dataplane::Fragments::kTrack));
  Strangers strangers;
  for (int i = 0; i < kFrames; ++i) gate.repeat(strangers.next(), 1);
  const std::uint64_t admitted = gate.packets("register_admitted") +
                                 gate.packets("keepalive_admitted") +
                                 gate.packets("emergency_admitted") + gate.packets("syn_admitted");
  EXPECT_GE(admitted, kTotal);
  std::uint64_t seats = 0;
  for (const auto& [seat, value] : dump(gate.map("admissions"))) {
    seats += value == Frame(value.size()) ? 0 : 1;
  }
  EXPECT_EQ(seats, admitted);
  EXPECT_EQ(gate.pulse().words().next_seat, admitted);
  EXPECT_LE(dump(gate.map("fragments")).size(), gate.packets("register_admitted"));
}

}  // namespace
}  // namespace sipward::test
