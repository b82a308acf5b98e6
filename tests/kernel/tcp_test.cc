// SPDX-License-Identifier: Apache-2.0
// TCP and TLS listeners: what a segment is by its flags, and which rows speak for it. Nobody is
// connected here; flow_test.cc has the connections.
#include <gtest/gtest.h>
#include <linux/bpf.h>

#include "agent/dataplane/settings.h"
#include "tests/kernel/expectations.h"
#include "tests/kernel/lab.h"

namespace sipward::test {
namespace {

using dataplane::Mode;
using sip::Transport;

constexpr std::uint16_t kSips = 5061;
constexpr std::string_view kRegister = "REGISTER sip:home1.example SIP/2.0\r\n";
constexpr std::string_view kMessage = "MESSAGE sip:bob@home1.example SIP/2.0\r\n";

/// UDP and TCP on 5060, TLS on 5061, of both families.
dataplane::GateConfig tcp_config(Mode mode = Mode::kEnforce) {
  auto config = test_config();
  config.mode = mode;
  for (int i = 0; i < 2; ++i) {
    sip::Endpoint local = config.listeners[i].local;
    config.listeners.push_back({.local = local, .transport = Transport::kTcp});
    local.port = kSips;
    config.listeners.push_back({.local = local, .transport = Transport::kTls});
  }
  return config;
}

Packet to_tls(Packet packet, std::uint8_t flags) { return packet.tcp(kUePort, kSips, flags); }

TEST(Tcp, IsNotTouchedWithoutATcpListener) {
  GateUnderTest gate(test_config());
  install(gate, {row({.port = 0})});
  for (const auto from : {tcp_from_ue4, tcp_from_ue6}) {
    expect_all(gate, {{"SYN", from(kSyn, ""), ""},
                      {"segment", from(kAck, kRegister), ""},
                      {"malformed", from(kSyn, "").claim_doff(0), ""},
                      {"later fragment", from(kAck, "x").fragment(8, false), ""}});
  }
}

TEST(Tcp, OfAStrangerOnlyASynPasses) {
  for (const Mode mode : kBothModes) {
    GateUnderTest gate(tcp_config(mode));
    for (const auto from : {tcp_from_ue4, tcp_from_ue6}) {
      expect_all(gate,
                 {{"SYN", from(kSyn, ""), "syn_admitted"},
                  {"SYN with ECN (RFC 3168)", from(kSyn | 0xc0, ""), "syn_admitted"},
                  {"SYN with data", from(kSyn, kRegister), "syn_admitted"},
                  {"SYN, PSH, URG", from(kSyn | kPsh | kUrg, ""), "syn_admitted"},
                  {"SYN to TLS", to_tls(from(kSyn, ""), kSyn), "syn_admitted"},
                  {"SYN-ACK", from(kSyn | kAck, ""), "no_flow"},
                  {"SYN, FIN", from(kSyn | kFin, ""), "no_flow"},
                  {"SYN, RST", from(kSyn | kRst, ""), "no_flow"},
                  {"ACK", from(kAck, ""), "no_flow"},
                  {"REGISTER", from(kAck | kPsh, kRegister), "no_flow"},
                  {"keep-alive", from(kAck, "\r\n\r\n"), "no_flow"},
                  {"RST", from(kRst, ""), "no_flow"},
                  {"FIN", from(kFin, ""), "no_flow"},
                  {"null", from(0, ""), "no_flow"},
                  {"xmas", from(kFin | kPsh | kUrg, ""), "no_flow"},
                  {"all flags", from(0xff, ""), "no_flow"}},
                 mode);
    }
  }
}

TEST(Tcp, AnAdmittedSynHasASeat) {
  GateUnderTest gate(tcp_config());
  const Outcome outcome = gate.run(tcp_from_ue4(kSyn));
  EXPECT_EQ(without_seat(outcome.mark), sipward_mark(SIPWARD_VERDICT_ADMITTED, 0));
  EXPECT_EQ(gate.run(tcp_from_ue4(kAck)).mark, std::nullopt);
}

TEST(Tcp, AnExactRowIsOfAFlowAndASynIsOfNone) {
  for (const Transport transport : {Transport::kTcp, Transport::kTls}) {
    GateUnderTest gate(tcp_config());
    install(gate, {row({.binding = 5, .transport = transport}),
                   row({.ip = kUe6, .transport = transport})});
    for (const auto from : {tcp_from_ue4, tcp_from_ue6}) {
      expect_all(gate, {{"segment", from(kAck, kMessage), "bound"},
                        {"FIN", from(kAck | kFin, ""), "bound"},
                        {"segment to TLS", to_tls(from(kAck, kMessage), kAck), "bound"},
                        {"SYN", from(kSyn, ""), "known_admitted"},
                        {"SYN-ACK", from(kSyn | kAck, ""), "no_flow"},
                        {"another port", from(kAck, "").tcp(9, kSip, kAck), "no_flow"}});
    }
    EXPECT_EQ(gate.run(tcp_from_ue4(kAck)).mark,
              sipward_mark(SIPWARD_VERDICT_BOUND, 5 << SIPWARD_BINDING_SHIFT | 1));
    expect_all(gate, {{"UDP of that port", from_ue4(kMessage), "unbound"}});
  }
}

TEST(Tcp, AWildcardRowSpeaksForTcpAndNeverForTls) {
  GateUnderTest gate(tcp_config());
  install(gate, {row({.port = 0}), row({.ip = kUe6, .port = 0})});
  for (const auto from : {tcp_from_ue4, tcp_from_ue6}) {
    expect_all(gate, {{"SYN", from(kSyn, ""), "bound"},
                      {"segment", from(kAck, kMessage), "bound"},
                      {"SYN to TLS", to_tls(from(kSyn, ""), kSyn), "known_admitted"},
                      {"segment to TLS", to_tls(from(kAck, ""), kAck), "no_flow"}});
  }
}

TEST(Tcp, ARowOfUdpIsNone) {
  GateUnderTest gate(tcp_config());
  install(gate, {row({})});
  expect_all(gate,
             {{"segment", tcp_from_ue4(kAck), "no_flow"}, {"UDP", from_ue4(kMessage), "bound"}});
}

TEST(Tcp, AnExpiredRowIsNone) {
  GateUnderTest gate(tcp_config());
  install(gate, {row({.seconds_left = kExpired, .transport = Transport::kTcp})});
  expect_all(gate, {{"segment", tcp_from_ue4(kAck), "no_flow"}});
}

TEST(Tcp, ListenersAreOfAPortAndAProtocol) {
  auto config = test_config();
  sip::Endpoint local = config.listeners[0].local;
  local.port = 5070;
  config.listeners.push_back({.local = local, .transport = Transport::kTcp});
  GateUnderTest gate(config);
  expect_all(gate, {{"TCP to UDP's port", tcp_from_ue4(kSyn), ""},
                    {"UDP to TCP's port", from_ue4(kRegister).udp(kUePort, 5070), ""},
                    {"TCP", tcp_from_ue4(kSyn).tcp(kUePort, 5070, kSyn), "syn_admitted"},
                    {"UDP", from_ue4(kRegister), "register_admitted"},
                    {"TCP, IPv6, without such a listener", tcp_from_ue6(kSyn), ""},
                    {"the same behind an extension header", tcp_from_ue6(kSyn).extension(60), ""},
                    {"a later fragment of it", tcp_from_ue6(kAck, "x").fragment(800, false), ""}});
}

TEST(Tcp, HeadersThatAreWrongAreRefused) {
  for (const Mode mode : kBothModes) {
    GateUnderTest gate(tcp_config(mode));
    install(gate, {row({.port = 0}), row({.ip = kUe6, .port = 0})});
    for (const auto from : {tcp_from_ue4, tcp_from_ue6}) {
      const std::string options(40, '\x01');
      expect_all(
          gate,
          {{"data offset 0", from(kSyn, "").claim_doff(0), "malformed_tcp"},
           {"data offset 4", from(kAck, kMessage).claim_doff(4), "malformed_tcp"},
           {"data offset beyond the packet", from(kSyn, "").claim_doff(6), "malformed_tcp"},
           {"all of it options", from(kSyn, options).claim_doff(15), "bound"},
           {"an octet too few", from(kSyn, options.substr(1)).claim_doff(15), "malformed_tcp"},
           {"source port 0", from(kSyn, "").tcp(0, kSip, kSyn), "bad_source"},
           {"target port 0", from(kSyn, "").tcp(kUePort, 0, kSyn), ""}},
          mode);
    }
    expect_all(
        gate,
        {{"19 octets", tcp_from_ue4(kSyn).claim_ip_length(39), "malformed_tcp"},
         {"19 octets, IPv6", tcp_from_ue6(kSyn).claim_ip_length(19), "malformed_tcp"},
         {"IPv4-mapped source", tcp_from_ue6(kSyn).ip("::ffff:203.0.113.7", kGate6), "bad_source"}},
        mode);
  }
}

TEST(Tcp, IsInTheSettingsWhenThereIsAListener) {
  const auto tcp = [](Transport transport) {
    auto config = test_config();
    config.listeners[1].transport = transport;
    return dataplane::make_settings(config, {"sw0", kSlot}, {1, 2}).tcp;
  };
  EXPECT_EQ(tcp(Transport::kUdp), 0);
  EXPECT_EQ(tcp(Transport::kTcp), 1);
  EXPECT_EQ(tcp(Transport::kTls), 1);
}

TEST(Tcp, SynsHaveABudgetOfTheirOwn) {
  auto config = tcp_config();
  config.syn_budget = {.per_source = 1, .total = 2};
  config.known_total = 0;
  GateUnderTest gate(config);
  const auto from = [](std::string_view source) { return tcp_from_ue4(kSyn).ip(source, kGate4); };
  expect_all(gate, {{"one", from("192.0.2.1"), "syn_admitted"},
                    {"over its budget", from("192.0.2.1"), "syn_limited"},
                    {"another", from("192.0.2.2"), "syn_admitted"},
                    {"over the budget of all", from("192.0.2.3"), "syn_flood"},
                    {"a REGISTER is under another", from_ue4(kRegister), "register_admitted"}});
}

}  // namespace
}  // namespace sipward::test
