// SPDX-License-Identifier: Apache-2.0
#include "agent/scscf/origin.h"

#include <gtest/gtest.h>

#include "agent/ims/internal.h"

namespace sipward::scscf {
namespace {

Config make_config() {
  Config config;
  config.name = "scscf1.home1.example";
  config.local = *sip::Endpoint::parse("198.51.100.20:5060");
  config.embedded_pcscf = "pcscf1.home1.example";
  config.trusted_peers = {*sip::IpAddress::parse("198.51.100.30")};
  config.trusted_via_hosts = {"as1.home1.example"};
  return config;
}

constexpr const char* kPcscf = "SIP/2.0/UDP pcscf1.home1.example;branch=z9hG4bK1";
constexpr const char* kUe =
    "SIP/2.0/UDP 10.0.0.5:5060;branch=z9hG4bKu;rport=40001;received=203.0.113.7";

struct OriginRow {
  const char* name;
  std::vector<const char*> vias;
  const char* ue;
  bool spiral = false;
};
class OriginTable : public testing::TestWithParam<OriginRow> {};

TEST_P(OriginTable, FindsTheUe) {
  sip::Message request =
      sip::Message::request(sip::Method::kInvite, *sip::parse_uri("sip:carol@home2.example"));
  for (const char* via : GetParam().vias) request.add(sip::Field::kVia, via);
  const sip::Flow peer{.local = {}, .remote = *sip::Endpoint::parse("198.51.100.30:5060")};
  const Origin origin = find_origin(request, peer, make_config());
  EXPECT_EQ(origin.ue.text(), GetParam().ue);
  EXPECT_EQ(origin.spiral, GetParam().spiral);
}

INSTANTIATE_TEST_SUITE_P(
    Vias, OriginTable,
    testing::Values(
        OriginRow{"behind_the_pcscf", {kPcscf, kUe}, "udp/203.0.113.7:40001"},
        OriginRow{"without_rport",
                  {kPcscf, "SIP/2.0/UDP 192.0.2.5:5070;branch=z9hG4bKu;received=192.0.2.5"},
                  "udp/192.0.2.5:5070"},
        OriginRow{"ipv6",
                  {kPcscf, "SIP/2.0/UDP [2001:db8::5]:5070;branch=z9hG4bKu;received=2001:db8::5"},
                  "udp/[2001:db8::5]:5070"},
        OriginRow{"unknown_pcscf_name_is_the_peers",
                  {"SIP/2.0/UDP pcscf9.home1.example;branch=z9hG4bK1", kUe},
                  "udp/203.0.113.7:40001"},
        OriginRow{"what_stands_below_the_ue_is_the_ues_word",
                  {kPcscf, kUe, "SIP/2.0/UDP 192.0.2.66:5060;branch=z9hG4bKx"},
                  "udp/203.0.113.7:40001"},
        OriginRow{"own_name_of_a_core_element_is_no_disguise",
                  {kPcscf,
                   "SIP/2.0/UDP as1.home1.example;branch=z9hG4bKu;received=203.0.113.7;rport=40001",
                   "SIP/2.0/UDP 192.0.2.66:5060;branch=z9hG4bKx;received=192.0.2.66"},
                  "udp/203.0.113.7:40001"},
        OriginRow{
            "own_address_of_ours_is_no_disguise",
            {kPcscf,
             "SIP/2.0/UDP scscf1.home1.example;branch=z9hG4bKu;received=203.0.113.7;rport=9", kUe},
            "udp/203.0.113.7:9"},
        OriginRow{"core_element_by_name",
                  {"SIP/2.0/UDP icscf.home1.example;branch=z9hG4bK0",
                   "SIP/2.0/UDP AS1.home1.example;branch=z9hG4bK1", kPcscf, kUe},
                  "udp/203.0.113.7:40001"},
        OriginRow{"core_element_by_address",
                  {"SIP/2.0/UDP icscf.home1.example;branch=z9hG4bK0",
                   "SIP/2.0/UDP 198.51.100.30:5060;branch=z9hG4bK1;received=198.51.100.30", kUe},
                  "udp/203.0.113.7:40001"},
        OriginRow{"spiral_through_an_application_server",
                  {"SIP/2.0/UDP as1.home1.example;branch=z9hG4bK0",
                   "SIP/2.0/UDP scscf1.home1.example;branch=z9hG4bKs", kPcscf, kUe},
                  "udp/203.0.113.7:40001",
                  true},
        OriginRow{"spiral_by_address",
                  {"SIP/2.0/UDP as1.home1.example;branch=z9hG4bK0",
                   "SIP/2.0/UDP 198.51.100.20:5060;branch=z9hG4bKs", kPcscf, kUe},
                  "udp/203.0.113.7:40001",
                  true},
        OriginRow{"nobody_below_the_peer", {kPcscf}, "udp/198.51.100.30:5060"},
        OriginRow{"name_without_received",
                  {kPcscf, "SIP/2.0/UDP ue.invalid;branch=z9hG4bKu"},
                  "udp/198.51.100.30:5060"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(Origin, CoreAddressesAreTheConfiguredOnes) {
  Config config = make_config();
  config.next_hop = sip::Endpoint::parse("198.51.100.99:5060");
  EXPECT_TRUE(is_core_address(*sip::IpAddress::parse("198.51.100.30"), config));
  EXPECT_TRUE(is_core_address(*sip::IpAddress::parse("198.51.100.99"), config));
  EXPECT_FALSE(is_core_address(*sip::IpAddress::parse("198.51.100.31"), config));
}

}  // namespace
}  // namespace sipward::scscf
