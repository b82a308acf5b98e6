// SPDX-License-Identifier: Apache-2.0
#include "agent/scscf/neighbours.h"

#include <gtest/gtest.h>

#include "agent/ims/internal.h"

namespace sipward::scscf {
namespace {

class NeighboursTest : public testing::Test {
 protected:
  NeighboursTest() {
    config.name = "scscf1.home1.example";
    config.local = *sip::Endpoint::parse("198.51.100.20:5060");
    config.embedded_pcscf = "pcscf1.home1.example";
    config.trusted_peers = {*sip::IpAddress::parse("198.51.100.30"),
                            *sip::IpAddress::parse("2001:db8::30")};
    config.next_hop = sip::Endpoint::parse("198.51.100.99:5070");
  }
  static sip::Uri uri(const std::string& text) { return *sip::parse_uri(text); }
  void learn(const std::string& via_host, const std::string& remote) {
    sip::Message request = sip::Message::request(sip::Method::kOptions, uri("sip:x@home1.example"));
    request.add(sip::Field::kVia, "SIP/2.0/UDP " + via_host + ";branch=z9hG4bK1");
    neighbours.learn(request, {.local = config.local, .remote = *sip::Endpoint::parse(remote)});
  }
  std::string found(const std::string& text) const {
    const auto flow = neighbours.find(uri(text));
    return flow ? flow->remote.text() : "nobody";
  }
  Config config;
  Neighbours neighbours{config};
};

TEST_F(NeighboursTest, EmbeddedPcscfIsReachedByValue) {
  for (const char* text :
       {"sip:token@pcscf1.home1.example;lr", "sip:PCSCF1.Home1.Example:5060;lr"}) {
    EXPECT_EQ(neighbours.find(uri(text)), ims::scscf_to_pcscf()) << text;
  }
}

TEST_F(NeighboursTest, AddressesMustBeConfigured) {
  EXPECT_EQ(found("sip:token@198.51.100.30:5062;lr"), "198.51.100.30:5062");
  EXPECT_EQ(found("sip:198.51.100.30"), "198.51.100.30:5060");
  EXPECT_EQ(found("sip:[2001:db8::30]"), "[2001:db8::30]:5060");
  EXPECT_EQ(found("sip:198.51.100.99:6000"), "198.51.100.99:6000");
  EXPECT_EQ(found("sip:127.0.0.1:6379"), "nobody");
  EXPECT_EQ(found("sip:alice@203.0.113.7:5060"), "nobody") << "a UE is reached through its P-CSCF";
  EXPECT_EQ(found("tel:+1555"), "nobody");
}

TEST_F(NeighboursTest, NamesAreLearntFromPeers) {
  EXPECT_EQ(found("sip:token@pcscf2.home1.example;lr"), "nobody");
  learn("PCSCF2.home1.example:5064", "198.51.100.30:40404");
  EXPECT_EQ(found("sip:token@pcscf2.home1.example;lr"), "198.51.100.30:5064")
      << "the port of its Via, not the one it sent from";
  EXPECT_EQ(found("sip:token@pcscf2.home1.example:5070;lr"), "198.51.100.30:5070");
  learn("pcscf2.home1.example", "[2001:db8::30]:40404");
  EXPECT_EQ(found("sip:pcscf2.home1.example"), "[2001:db8::30]:5060");
}

TEST_F(NeighboursTest, NamesAreLimited) {
  for (std::size_t i = 0; i <= Neighbours::kMaxNames; ++i) {
    learn("p" + std::to_string(i) + ".example", "198.51.100.30:5060");
  }
  EXPECT_EQ(found("sip:p0.example"), "198.51.100.30:5060");
  EXPECT_EQ(found("sip:p" + std::to_string(Neighbours::kMaxNames) + ".example"), "nobody");
}

TEST_F(NeighboursTest, KnowsItself) {
  struct Row {
    const char* uri;
    bool self;
  };
  for (const Row& row :
       {Row{"sip:scscf1.home1.example;lr", true}, Row{"sip:orig@SCSCF1.home1.example;lr", true},
        Row{"sip:scscf1.home1.example:5060", true}, Row{"sip:scscf1.home1.example:5099", false},
        Row{"sip:198.51.100.20", true}, Row{"sip:198.51.100.20:5061", false},
        Row{"sip:scscf2.home1.example", false}, Row{"tel:+1555", false}}) {
    EXPECT_EQ(neighbours.is_self(uri(row.uri)), row.self) << row.uri;
  }
}

TEST_F(NeighboursTest, ViaNamesWhereAnswersReachUs) {
  EXPECT_EQ(neighbours.via_host(ims::scscf_to_pcscf()), "scscf1.home1.example");
  EXPECT_EQ(neighbours.via_host(*neighbours.next_hop()), "198.51.100.20:5060");
}

}  // namespace
}  // namespace sipward::scscf
