// SPDX-License-Identifier: Apache-2.0
// Frames made to be read one way by the gate and another way by Linux. Each is run with a row for
// its source: what must be refused is refused even to a bound UE.
#include <gtest/gtest.h>
#include <linux/bpf.h>

#include <vector>

#include "tests/kernel/expectations.h"
#include "tests/kernel/lab.h"

namespace sipward::test {
namespace {

using dataplane::Mode;

constexpr std::string_view kMessage = "MESSAGE sip:bob@home1.example SIP/2.0\r\n";

Packet vlans(int count, Packet packet) {
  for (int i = 0; i < count; ++i) packet.vlan(0);
  return packet;
}

Packet extensions(int count, Packet packet) {
  for (int i = 0; i < count; ++i) packet.extension(60);
  return packet;
}

std::vector<Counted> ethernet_and_ipv4() {
  return {
      // VLAN: Linux strips any number of priority tags.
      {"two tags", vlans(2, from_ue4(kMessage)), "bound"},
      {"three tags", vlans(3, from_ue4(kMessage)), "vlan_depth"},
      {"eight tags, IPv6", vlans(8, from_ue6(kMessage)), "vlan_depth"},
      {"nine tags: nobody knows what is inside", vlans(9, from_ue4(kMessage)), "vlan_depth"},
      {"three tags, for somebody else", vlans(3, from_ue4(kMessage).ip(kUe4, "198.51.100.11")), ""},
      {"three tags, TCP", vlans(3, tcp_from_ue4(kAck)), "vlan_depth"},
      {"a tag that the frame ends in", vlans(9, from_ue4(kMessage)).truncate(45), ""},

      // IPv4: RFC 791 3.1
      {"header length 4 words", from_ue4(kMessage).claim_ihl(4), "malformed_ip"},
      {"header length 0", from_ue4(kMessage).claim_ihl(0), "malformed_ip"},
      {"header length 4 words, TCP", tcp_from_ue4(kSyn).claim_ihl(4), "malformed_ip"},
      {"header longer than the packet", from_ue4("").claim_ihl(15), "malformed_ip"},
      {"options", from_ue4(kMessage).ipv4_options(40), "bound"},
      {"options, TCP", tcp_from_ue4(kAck).ipv4_options(40), "bound"},
      {"options that swallow the UDP header", from_ue4(kMessage).claim_ihl(8), ""},
      {"total length shorter than the header", from_ue4(kMessage).claim_ip_length(19),
       "malformed_ip"},
      {"total length 0", from_ue4(kMessage).claim_ip_length(0), "malformed_ip"},
      {"total length beyond the frame", from_ue4(kMessage).claim_ip_length(1000), "malformed_ip"},
      {"total length an octet beyond", from_ue4("").claim_ip_length(29), "malformed_ip"},
      {"total length without room for UDP", from_ue4(kMessage).claim_ip_length(27),
       "malformed_udp"},
      {"total length without room for TCP", tcp_from_ue4(kAck).claim_ip_length(39),
       "malformed_tcp"},
      {"version 6 under the ethertype of IPv4", from_ue4(kMessage).claim_version(6), ""},
  };
}

std::vector<Counted> transport_headers() {
  return {
      // UDP: RFC 768; trailing octets are nobody's (RFC 9868 says otherwise, and is not SIP)
      {"UDP length longer than IP's", from_ue4(kMessage).claim_udp_length(100), "malformed_udp"},
      {"UDP length shorter than IP's", from_ue4(kMessage).claim_udp_length(20), "malformed_udp"},
      {"UDP length 0", from_ue4(kMessage).claim_udp_length(0), "malformed_udp"},
      {"UDP length 7", from_ue4("").claim_udp_length(7), "malformed_udp"},
      {"IPv6: UDP length shorter", from_ue6(kMessage).claim_udp_length(8), "malformed_udp"},
      {"IPv6: UDP length 0 (jumbogram)", from_ue6(kMessage).claim_udp_length(0), "malformed_udp"},
      {"frame cut inside the UDP header", from_ue4(kMessage).claim_ip_length(28).truncate(40),
       "malformed_ip"},

      // TCP: RFC 9293 3.1
      {"data offset 0", tcp_from_ue4(kAck, kMessage).claim_doff(0), "malformed_tcp"},
      {"data offset 4", tcp_from_ue6(kAck, kMessage).claim_doff(4), "malformed_tcp"},
      {"data offset beyond the packet", tcp_from_ue4(kAck).claim_doff(15), "malformed_tcp"},
      {"frame cut inside the TCP header", tcp_from_ue4(kAck).truncate(53), "malformed_ip"},

      // Sources that no UE has, and a target that no socket has
      {"source port 0", from_ue4(kMessage).udp(0, kSip), "bad_source"},
      {"source port 0, TCP", tcp_from_ue6(kAck).tcp(0, kSip, kAck), "bad_source"},
      {"IPv4-mapped IPv6 source", from_ue6(kMessage).ip("::ffff:203.0.113.7", kGate6),
       "bad_source"},
      {"IPv4-mapped IPv6 source, TCP", tcp_from_ue6(kAck).ip("::ffff:203.0.113.7", kGate6),
       "bad_source"},
      {"IPv4-mapped IPv6 target", from_ue6(kMessage).ip(kUe6, "::ffff:198.51.100.10"), ""},
      {"both IPv4-mapped", from_ue6(kMessage).ip("::ffff:203.0.113.7", "::ffff:198.51.100.10"), ""},
  };
}

std::vector<Counted> ipv6_chains() {
  return {
      // IPv6: RFC 8200 4
      {"eight extension headers", extensions(8, from_ue6(kMessage)), "bound"},
      {"nine extension headers", extensions(9, from_ue6(kMessage)), "header_chain"},
      {"nine before TCP", extensions(9, tcp_from_ue6(kAck)), "header_chain"},
      {"eight before TCP", extensions(8, tcp_from_ue6(kAck)), "bound"},
      {"nine, for somebody else", extensions(9, from_ue6(kMessage).ip(kUe6, "2001:db8::11")), ""},
      {"the chain runs out of the packet", from_ue6("").extension(60, 64).claim_ip_length(32),
       "malformed_ip"},
      {"the chain ends where a header should begin",
       from_ue6(kMessage).extension(60).claim_ip_length(8), "malformed_udp"},
      {"payload length beyond the frame", from_ue6(kMessage).claim_ip_length(1000), "malformed_ip"},
      {"payload length 0 (jumbogram)", from_ue6(kMessage).claim_ip_length(0), "malformed_udp"},
      {"payload length 0, TCP", tcp_from_ue6(kAck).claim_ip_length(0), "malformed_tcp"},
      {"an authentication header counts in words", from_ue6(kMessage).extension(51, 12 + 4),
       "bound"},
      {"hop-by-hop options where they may not stand", from_ue6(kMessage).extension(60).extension(0),
       "bound"},
      {"a protocol that ends the chain", from_ue6(kMessage).extension(60).protocol(59), ""},
  };
}

std::vector<Counted> fragments() {
  return {
      // Only the first one has ports
      {"first fragment", from_ue4(kMessage).fragment(0, true).claim_udp_length(1400), "bound"},
      {"first fragment that is whole", from_ue4(kMessage).fragment(0, true), "malformed_udp"},
      {"later fragment", from_ue4("tail").fragment(1480, false).without_udp_header(),
       "fragment_admitted"},
      {"later fragment that looks like UDP", from_ue4(kMessage).fragment(8, true),
       "fragment_admitted"},
      {"later fragment for somebody else",
       from_ue4("tail").ip(kUe4, "198.51.100.11").fragment(8, false), ""},
      {"later fragment over a TCP header", tcp_from_ue4(kAck, kMessage).fragment(8, false),
       "fragment_overlap"},
      {"the same, IPv6", tcp_from_ue6(kAck, kMessage).fragment(16, false), "fragment_overlap"},
      {"later fragment behind a TCP header", tcp_from_ue4(kAck, kMessage).fragment(24, false),
       "fragment_admitted"},
      {"first fragment without a whole UDP header",
       from_ue4("1234").fragment(0, true).without_udp_header(), "tiny_fragment"},
      {"first fragment without the TCP flags",
       from_ue4("12345678").protocol(6).fragment(0, true).without_udp_header(), "tiny_fragment"},
      {"first fragment that ends in TCP's options",
       tcp_from_ue4(kSyn).claim_doff(8).fragment(0, true), "tiny_fragment"},
      {"IPv6 first fragment", from_ue6(kMessage).fragment(0, true).claim_udp_length(1400), "bound"},
      {"IPv6 later fragment", from_ue6("tail").fragment(1480, false).without_udp_header(),
       "fragment_admitted"},
      {"IPv6 atomic fragment (RFC 6946)", from_ue6(kMessage).fragment(0, false), "bound"},
      {"IPv6 first fragment, chain cut (RFC 7112)",
       from_ue6("").fragment(0, true).extension(60, 64).claim_ip_length(24), "tiny_fragment"},
      {"IPv6 first fragment without ports", from_ue6("12").fragment(0, true).without_udp_header(),
       "tiny_fragment"},
      {"IPv6 first fragment without the TCP flags",
       from_ue6("12345678").protocol(6).fragment(0, true).without_udp_header(), "tiny_fragment"},
      {"IPv6 later fragment of an extension header (RFC 7112)",
       from_ue6("tail").protocol(60).fragment(1480, false).without_udp_header(),
       "fragment_admitted"},
      {"an atomic fragment in a first fragment is still a first fragment",
       from_ue6(kMessage).fragment(0, true).fragment(0, false), "malformed_udp"},
      {"IPv6 later fragment of ICMPv6", from_ue6("tail").protocol(58).fragment(1480, false), ""},
  };
}

std::vector<Counted> cases() {
  std::vector<Counted> all;
  for (const auto& part : {ethernet_and_ipv4(), transport_headers(), ipv6_chains(), fragments()}) {
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

/// UDP and TCP listeners of both families.
dataplane::GateConfig config_in(Mode mode) {
  auto config = test_config();
  config.mode = mode;
  for (int i = 0; i < 2; ++i) {
    config.listeners.push_back(
        {.local = config.listeners[i].local, .transport = sip::Transport::kTcp});
  }
  return config;
}

class Evasion : public testing::TestWithParam<Mode> {};

TEST_P(Evasion, IsRefusedWithItsOwnReason) {
  GateUnderTest gate(config_in(GetParam()));
  install(gate, {row({}), row({.ip = kUe6}), row({.port = 0}), row({.ip = kUe6, .port = 0})});
  for (const Counted& c : cases()) {
    SCOPED_TRACE(c.name);
    const Outcome outcome = expect_counted(gate, c.frame, c.counted, GetParam());
    EXPECT_EQ(outcome.mark.has_value(),
              outcome.action == XDP_PASS && !c.counted.empty() && c.counted != "fragment_admitted");
  }
}

INSTANTIATE_TEST_SUITE_P(InBothModes, Evasion, testing::Values(Mode::kEnforce, Mode::kMonitor),
                         [](const auto& mode) { return std::string(mode_name(mode.param)); });

}  // namespace
}  // namespace sipward::test
