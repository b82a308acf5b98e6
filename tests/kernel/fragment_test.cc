// SPDX-License-Identifier: Apache-2.0
// The three policies for fragments. Only the first one has ports; the reassembled datagram has its
// mark.
#include <gtest/gtest.h>
#include <linux/bpf.h>

#include "agent/dataplane/row.h"
#include "tests/kernel/expectations.h"
#include "tests/kernel/lab.h"

namespace sipward::test {
namespace {

using dataplane::Fragments;
using dataplane::Mode;

constexpr std::string_view kStranger4 = "203.0.113.99";
constexpr std::string_view kStranger6 = "2001:db8:99::1";
constexpr std::size_t kFirstOctets = 48;

std::string large(std::string_view head) { return std::string(head) + std::string(100, 'x'); }
const std::string kMessage = large("MESSAGE sip:bob@home1.example SIP/2.0\r\n");
const std::string kRegister = large("REGISTER sip:home1.example SIP/2.0\r\n");

dataplane::GateConfig config_with(Fragments fragments, Mode mode = Mode::kEnforce) {
  auto config = test_config();
  config.fragments = fragments;
  config.mode = mode;
  for (int i = 0; i < 2; ++i) {
    config.listeners.push_back(
        {.local = config.listeners[i].local, .transport = sip::Transport::kTcp});
  }
  return config;
}

/// In three: a first one of 48 octets, and two later ones.
std::vector<Frame> three(const Packet& whole) { return fragments_of(whole, {0, kFirstOctets, 80}); }

/// A later fragment by itself.
Packet later(Packet packet, std::size_t offset = 1'480) {
  return packet.payload("tail").fragment(offset, false).without_udp_header();
}

TEST(FragmentsBySource, LaterOnesPassWhenTheirSourceHasARow) {
  for (const Mode mode : kBothModes) {
    GateUnderTest gate(config_with(Fragments::kSource, mode));
    install(gate, {row({}), row({.ip = kUe6, .port = 0})});
    for (const auto& parts : {three(from_ue4(kMessage)), three(from_ue6(kMessage))}) {
      expect_all(gate,
                 {{"third, before the first", parts[2], "fragment_admitted"},
                  {"second", parts[1], "fragment_admitted"},
                  {"first", parts[0], "bound"},
                  {"second again", parts[1], "fragment_admitted"}},
                 mode);
    }
    for (const auto& parts : {three(from_ue4(kRegister).ip(kStranger4, kGate4)),
                              three(from_ue6(kRegister).ip(kStranger6, kGate6))}) {
      expect_all(gate,
                 {{"first of a stranger", parts[0], "register_admitted"},
                  {"second of a stranger", parts[1], "fragment_unbound"},
                  {"third of a stranger", parts[2], "fragment_unbound"}},
                 mode);
    }
  }
}

TEST(FragmentsBySource, APassingFragmentHasNoMark) {
  GateUnderTest gate(config_with(Fragments::kSource));
  install(gate, {row({})});
  EXPECT_EQ(gate.run(later(from_ue4(""))).mark, std::nullopt);
}

TEST(FragmentsBySource, TheRowOfAnotherPortOrProtocolOpensForAll) {
  GateUnderTest gate(config_with(Fragments::kSource));
  install(gate, {row({.port = 9, .transport = sip::Transport::kTcp})});
  expect_all(gate, {{"UDP", later(from_ue4("")), "fragment_admitted"},
                    {"first, though, has a port", three(from_ue4(kMessage))[0], "unbound"}});
  gate.bindings().clear();
  expect_all(gate, {{"the row is gone", later(from_ue4("")), "fragment_unbound"}});
}

TEST(FragmentsBySource, NothingIsTracked) {
  GateUnderTest gate(config_with(Fragments::kSource));
  install(gate, {row({})});
  expect_counted(gate, three(from_ue4(kMessage))[0], "bound");
  sipward_fragment_key key{};
  EXPECT_NE(bpf_map_get_next_key(gate.map("fragments").get(), nullptr, &key), 0);
}

TEST(FragmentsTracked, LaterOnesPassAfterTheirFirstOneDid) {
  for (const Mode mode : kBothModes) {
    GateUnderTest gate(config_with(Fragments::kTrack, mode));
    install(gate, {row({}), row({.ip = kUe6})});
    struct Row {
      const char* name;
      std::vector<Frame> parts;
      const char* first;
    };
    const Row rows[] = {
        {"bound", three(from_ue4(kMessage)), "bound"},
        {"bound, IPv6", three(from_ue6(kMessage)), "bound"},
        {"REGISTER", three(from_ue4(kRegister).ip(kStranger4, kGate4)), "register_admitted"},
        {"REGISTER, IPv6", three(from_ue6(kRegister).ip(kStranger6, kGate6)), "register_admitted"},
        {"SYN", three(tcp_from_ue4(kSyn, kMessage).ip("203.0.113.98", kGate4)), "syn_admitted"},
    };
    for (const Row& one : rows) {
      SCOPED_TRACE(one.name);
      expect_all(gate,
                 {{"third, before the first", one.parts[2], "fragment_untracked"},
                  {"first", one.parts[0], one.first},
                  {"third", one.parts[2], "fragment_admitted"},
                  {"second", one.parts[1], "fragment_admitted"},
                  {"second, again", one.parts[1], "fragment_admitted"}},
                 mode);
    }
  }
}

TEST(FragmentsTracked, NotAfterARefusedFirstOne) {
  for (const Mode mode : kBothModes) {
    GateUnderTest gate(config_with(Fragments::kTrack, mode));
    install(gate, {row({.ip = kStranger4, .port = 9})});
    for (const auto& parts : {three(from_ue4(kMessage)), three(from_ue6(kMessage)),
                              three(from_ue4(kMessage).ip(kStranger4, kGate4))}) {
      expect_all(gate, {{"first", parts[0], "unbound"}, {"second", parts[1], "fragment_untracked"}},
                 mode);
    }
  }
}

TEST(FragmentsTracked, OnlyThoseOfTheSameDatagram) {
  GateUnderTest gate(config_with(Fragments::kTrack));
  install(gate, {row({}), row({.ip = kUe6})});
  const Packet v4 = from_ue4(kMessage).fragment_id(0x1111);
  const Packet v6 = from_ue6(kMessage).fragment_id(0x11110000);
  expect_counted(gate, three(v4)[0], "bound");
  expect_counted(gate, three(v6)[0], "bound");
  const auto tail4 = [&](Packet packet) { return later(packet.fragment_id(0x1111)); };
  const auto tail6 = [&](Packet packet) { return later(packet.fragment_id(0x11110000)); };
  expect_all(
      gate,
      {{"the same", tail4(from_ue4("")), "fragment_admitted"},
       {"another id", later(from_ue4("").fragment_id(0x1112)), "fragment_untracked"},
       {"another source", tail4(from_ue4("").ip("203.0.113.8", kGate4)), "fragment_untracked"},
       {"another protocol", tail4(from_ue4("").protocol(6)), "fragment_untracked"},
       {"the same, IPv6", tail6(from_ue6("")), "fragment_admitted"},
       {"IPv6, protocol is not in the key", tail6(from_ue6("").protocol(6)), "fragment_admitted"},
       {"IPv6, another id", later(from_ue6("").fragment_id(0x11110001)), "fragment_untracked"},
       {"IPv6, another source", tail6(from_ue6("").ip("2001:db8:7::8", kGate6)),
        "fragment_untracked"}});
}

TEST(FragmentsTracked, AnotherTargetIsAnotherDatagram) {
  auto config = config_with(Fragments::kTrack);
  for (const std::string_view local : {"198.51.100.12", "2001:db8::12"}) {
    config.listeners.push_back(
        {.local = {.ip = sip::IpAddress::parse(local).value(), .port = kSip}});
  }
  GateUnderTest gate(config);
  install(gate, {row({}), row({.ip = kUe6})});
  expect_counted(gate, three(from_ue4(kMessage))[0], "bound");
  expect_counted(gate, three(from_ue6(kMessage))[0], "bound");
  expect_all(gate, {{"IPv4", later(from_ue4("").ip(kUe4, "198.51.100.12")), "fragment_untracked"},
                    {"IPv6", later(from_ue6("").ip(kUe6, "2001:db8::12")), "fragment_untracked"}});
}

TEST(FragmentsTracked, NotLongerThanTheKernelReassembles) {
  GateUnderTest gate(config_with(Fragments::kTrack));
  sipward_fragment_key key{};
  dataplane::write_address(sip::IpAddress::parse(kUe6).value(), key.source);
  dataplane::write_address(sip::IpAddress::parse(kGate6).value(), key.target);
  key.id = __builtin_bswap32(0x2222);  // as it stands in the header
  const auto passed = [&](std::uint32_t seconds_ago) {
    write_element(gate.map("fragments"), key,
                  sipward_fragment{.passed_s = now_s() - seconds_ago, .first_octets = 8});
  };
  const Frame tail = later(from_ue6("").fragment_id(0x2222));
  passed(SIPWARD_FRAGMENT_LIFE_S - 5);
  expect_all(gate, {{"within its life", tail, "fragment_admitted"}});
  passed(SIPWARD_FRAGMENT_LIFE_S + 2);
  expect_all(gate, {{"after", tail, "fragment_untracked"}});
}

TEST(FragmentsTracked, NoneReachesIntoTheFirst) {
  GateUnderTest gate(config_with(Fragments::kTrack));
  install(gate, {row({}), row({.ip = kUe6})});
  expect_counted(gate, three(from_ue4(kMessage))[0], "bound");
  expect_counted(gate, three(from_ue6(kMessage))[0], "bound");
  for (const auto from : {from_ue4, from_ue6}) {
    expect_all(gate, {{"from its second octets on", later(from(""), 8), "fragment_overlap"},
                      {"its last octets", later(from(""), kFirstOctets - 8), "fragment_overlap"},
                      {"right behind it", later(from(""), kFirstOctets), "fragment_admitted"}});
  }
}

TEST(FragmentsDropped, AllAreAndNothingElse) {
  for (const Mode mode : kBothModes) {
    GateUnderTest gate(config_with(Fragments::kDrop, mode));
    install(gate, {row({}), row({.ip = kUe6})});
    for (const auto& parts : {three(from_ue4(kMessage)), three(from_ue6(kMessage)),
                              three(from_ue4(kRegister).ip(kStranger4, kGate4))}) {
      expect_all(gate,
                 {{"first", parts[0], "fragment_policy"},
                  {"second", parts[1], "fragment_policy"},
                  {"third", parts[2], "fragment_policy"}},
                 mode);
    }
    expect_all(gate,
               {{"whole", from_ue4(kMessage), "bound"},
                {"atomic (RFC 6946)", from_ue6(kMessage).fragment(0, false), "bound"},
                {"for somebody else", later(from_ue4("").ip(kUe4, "198.51.100.11")), ""},
                {"first, another port", three(from_ue4(kMessage).udp(kUePort, 53))[0], ""}},
               mode);
  }
}

TEST(FragmentsOfTcp, DoNotReachIntoTheHeader) {
  for (const Fragments policy : {Fragments::kSource, Fragments::kTrack, Fragments::kDrop}) {
    GateUnderTest gate(config_with(policy));
    install(gate, {row({.port = 0}), row({.ip = kUe6, .port = 0})});
    expect_counted(gate, three(from_ue6(kMessage))[0],
                   policy == Fragments::kDrop ? "fragment_policy" : "bound");
    for (const auto from : {from_ue4, from_ue6}) {
      const auto segment = [&](std::size_t offset) { return later(from("").protocol(6), offset); };
      expect_all(gate, {{"over the flags (RFC 1858 3)", segment(8), "fragment_overlap"},
                        {"over the urgent pointer", segment(16), "fragment_overlap"}});
    }
    if (policy == Fragments::kSource) {
      expect_all(gate, {{"behind", later(from_ue4("").protocol(6), 24), "fragment_admitted"}});
    }
  }
}

TEST(FragmentsTiny, AFirstOneWithoutAWholeHeaderIsRefused) {
  const auto piece = [](Packet packet, std::size_t octets) {
    return packet.payload(std::string(octets, 'x')).fragment(0, true).without_udp_header();
  };
  for (const Fragments policy : {Fragments::kSource, Fragments::kTrack}) {
    GateUnderTest gate(config_with(policy));
    install(gate, {row({.port = 0}), row({.ip = kUe6, .port = 0})});
    for (const auto from : {from_ue4, from_ue6}) {
      expect_all(gate, {{"nothing", piece(from(""), 0), "tiny_fragment"},
                        {"seven octets of UDP", piece(from(""), 7), "tiny_fragment"},
                        {"eight octets of TCP", piece(from("").protocol(6), 8), "tiny_fragment"},
                        {"19 octets of TCP", piece(from("").protocol(6), 19), "tiny_fragment"}});
    }
    expect_all(gate, {{"TCP options cut", tcp_from_ue4(kSyn).claim_doff(15).fragment(0, true),
                       "tiny_fragment"}});
  }
}

}  // namespace
}  // namespace sipward::test
