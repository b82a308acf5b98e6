// SPDX-License-Identifier: Apache-2.0
// Frames made to be read one way by the gate and another way by Linux. Each is run with a row for
// its source: what must be refused is refused even to a bound UE.
#include <gtest/gtest.h>
#include <linux/bpf.h>

#include <vector>

#include "tests/kernel/lab.h"

namespace sipward::test {
namespace {

using dataplane::Mode;

constexpr std::string_view kMessage = "MESSAGE sip:bob@home1.example SIP/2.0\r\n";

struct Case {
  std::string name;
  Frame frame;
  std::string counted;
};

Packet vlans(int count, Packet packet) {
  for (int i = 0; i < count; ++i) packet.vlan(0);
  return packet;
}

Packet extensions(int count, Packet packet) {
  for (int i = 0; i < count; ++i) packet.extension(60);
  return packet;
}

std::vector<Case> cases() {
  return {
      // VLAN: Linux strips any number of priority tags.
      {"two tags", vlans(2, from_ue4(kMessage)), "bound"},
      {"three tags", vlans(3, from_ue4(kMessage)), "vlan_depth"},
      {"eight tags, IPv6", vlans(8, from_ue6(kMessage)), "vlan_depth"},
      {"nine tags: nobody knows what is inside", vlans(9, from_ue4(kMessage)), "vlan_depth"},
      {"three tags, for somebody else", vlans(3, from_ue4(kMessage).ip(kUe4, "198.51.100.11")), ""},

      // IPv4: RFC 791 3.1
      {"header length 4 words", from_ue4(kMessage).claim_ihl(4), "malformed_ip"},
      {"header length 0", from_ue4(kMessage).claim_ihl(0), "malformed_ip"},
      {"header longer than the packet", from_ue4("").claim_ihl(15), "malformed_ip"},
      {"options that swallow the UDP header", from_ue4(kMessage).claim_ihl(8), ""},
      {"total length shorter than the header", from_ue4(kMessage).claim_ip_length(19),
       "malformed_ip"},
      {"total length beyond the frame", from_ue4(kMessage).claim_ip_length(1000), "malformed_ip"},
      {"total length without room for UDP", from_ue4(kMessage).claim_ip_length(27),
       "malformed_udp"},

      // UDP: RFC 768; trailing octets are nobody's (RFC 9868 says otherwise, and is not SIP)
      {"UDP length longer than IP's", from_ue4(kMessage).claim_udp_length(100), "malformed_udp"},
      {"UDP length shorter than IP's", from_ue4(kMessage).claim_udp_length(20), "malformed_udp"},
      {"UDP length 0", from_ue4(kMessage).claim_udp_length(0), "malformed_udp"},
      {"UDP length 7", from_ue4("").claim_udp_length(7), "malformed_udp"},
      {"IPv6: UDP length shorter", from_ue6(kMessage).claim_udp_length(8), "malformed_udp"},
      {"frame cut inside the UDP header", from_ue4(kMessage).claim_ip_length(28).truncate(40),
       "malformed_ip"},

      // Sources that no UE has
      {"source port 0", from_ue4(kMessage).udp(0, kSip), "bad_source"},
      {"IPv4-mapped IPv6 source", from_ue6(kMessage).ip("::ffff:203.0.113.7", kGate6),
       "bad_source"},

      // IPv6: RFC 8200 4
      {"eight extension headers", extensions(8, from_ue6(kMessage)), "bound"},
      {"nine extension headers", extensions(9, from_ue6(kMessage)), "header_chain"},
      {"the chain runs out of the packet", from_ue6("").extension(60, 64).claim_ip_length(32),
       "malformed_ip"},
      {"the chain ends where a header should begin",
       from_ue6(kMessage).extension(60).claim_ip_length(8), "malformed_udp"},
      {"payload length beyond the frame", from_ue6(kMessage).claim_ip_length(1000), "malformed_ip"},
      {"payload length 0 (jumbogram)", from_ue6(kMessage).claim_ip_length(0), "malformed_udp"},
      {"an authentication header counts in words", from_ue6(kMessage).extension(51, 12 + 4),
       "bound"},

      // Fragments: only the first has ports
      {"first fragment", from_ue4(kMessage).fragment(0, true).claim_udp_length(1400), "bound"},
      {"first fragment that is whole", from_ue4(kMessage).fragment(0, true), "malformed_udp"},
      {"later fragment", from_ue4("tail").fragment(1480, false).without_udp_header(),
       "fragment_admitted"},
      {"later fragment that looks like UDP", from_ue4(kMessage).fragment(8, true),
       "fragment_admitted"},
      {"later fragment for somebody else",
       from_ue4("tail").ip(kUe4, "198.51.100.11").fragment(8, false), ""},
      {"first fragment without a whole UDP header",
       from_ue4("1234").fragment(0, true).without_udp_header(), "tiny_fragment"},
      {"IPv6 first fragment", from_ue6(kMessage).fragment(0, true).claim_udp_length(1400), "bound"},
      {"IPv6 later fragment", from_ue6("tail").fragment(1480, false).without_udp_header(),
       "fragment_admitted"},
      {"IPv6 atomic fragment (RFC 6946)", from_ue6(kMessage).fragment(0, false), "bound"},
      {"IPv6 first fragment, chain cut (RFC 7112)",
       from_ue6("").fragment(0, true).extension(60, 64).claim_ip_length(24), "tiny_fragment"},
      {"IPv6 first fragment without ports", from_ue6("12").fragment(0, true).without_udp_header(),
       "tiny_fragment"},
      {"IPv6 later fragment of TCP", from_ue6("tail").protocol(6).fragment(1480, false), ""},
  };
}

class Evasion : public testing::TestWithParam<Mode> {};

TEST_P(Evasion, IsRefusedWithItsOwnReason) {
  auto config = test_config();
  config.mode = GetParam();
  GateUnderTest gate(config);
  for (const RowOf& fields : {RowOf{}, RowOf{.ip = kUe6}, RowOf{.port = 0}}) {
    ASSERT_EQ(gate.bindings().install(row(fields)), dataplane::InstallStatus::kInstalled);
  }
  for (const Case& c : cases()) {
    SCOPED_TRACE(c.name);
    const Outcome outcome = gate.run(c.frame);
    EXPECT_EQ(outcome.counted, c.counted);
    EXPECT_EQ(outcome.frame, c.frame);
    const bool passes =
        c.counted.empty() || c.counted == "bound" || c.counted == "fragment_admitted";
    EXPECT_EQ(outcome.action, passes || GetParam() == Mode::kMonitor ? XDP_PASS : XDP_DROP);
    EXPECT_EQ(outcome.mark.has_value(),
              outcome.action == XDP_PASS && !c.counted.empty() && c.counted != "fragment_admitted");
  }
}

INSTANTIATE_TEST_SUITE_P(InBothModes, Evasion, testing::Values(Mode::kEnforce, Mode::kMonitor),
                         [](const auto& mode) { return std::string(mode_name(mode.param)); });

TEST(Jumbo, AFrameBeyondTheLinearPartIsReadAsOne) {
  GateUnderTest gate(test_config());
  ASSERT_EQ(gate.bindings().install(row({})), dataplane::InstallStatus::kInstalled);
  const Frame frame = from_ue4(std::string(8'900, 'x'));
  const Outcome bound = gate.run(frame);
  EXPECT_EQ(bound.counted, "bound");
  EXPECT_EQ(bound.octets_counted, frame.size());
  EXPECT_EQ(gate.run(from_ue4(std::string(8'900, 'x')).claim_ip_length(9'100)).counted,
            "malformed_ip");
}

}  // namespace
}  // namespace sipward::test
