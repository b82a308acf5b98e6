// SPDX-License-Identifier: Apache-2.0
#include "agent/pcscf/nat.h"

#include <gtest/gtest.h>

namespace sipward::pcscf {
namespace {

// TS 24.229 F.1: the address of the top Via against the packet's source.
TEST(SeesNat, ComparesSentByWithTheSource) {
  const struct {
    const char* name;
    const char* via;
    const char* source;
    bool nat;
  } rows[] = {
      {"same address", "SIP/2.0/UDP 203.0.113.7:5060;branch=z9hG4bK1", "203.0.113.7", false},
      {"another port is no NAT", "SIP/2.0/UDP 203.0.113.7:5062;branch=z9hG4bK1", "203.0.113.7",
       false},
      {"private address", "SIP/2.0/UDP 10.0.0.5:5060;branch=z9hG4bK1", "203.0.113.7", true},
      {"a name says nothing", "SIP/2.0/UDP ue.example;branch=z9hG4bK1", "203.0.113.7", true},
      {"received of the UE counts for nothing",
       "SIP/2.0/UDP 10.0.0.5;received=203.0.113.7;branch=z9hG4bK1", "203.0.113.7", true},
      {"IPv6 by value", "SIP/2.0/UDP [2001:DB8:0::7];branch=z9hG4bK1", "2001:db8::7", false},
      {"IPv6, another", "SIP/2.0/UDP [2001:db8::8];branch=z9hG4bK1", "2001:db8::7", true},
      {"family differs", "SIP/2.0/UDP [2001:db8::8];branch=z9hG4bK1", "203.0.113.7", true},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(sees_nat(*sip::parse_via(row.via), *sip::IpAddress::parse(row.source)), row.nat)
        << row.name;
  }
}

// TS 33.203 N.2
TEST(DecideNat, AcceptsWithoutOutboundOnlyWhereNoNatIs) {
  using Policy = NatWithoutOutbound;
  using Decision = NatDecision;
  const struct {
    bool nat;
    bool outbound;
    Policy policy;
    Decision decision;
  } rows[] = {
      {false, false, Policy::kRequireOutbound, Decision::kAccept},
      {false, true, Policy::kForbid, Decision::kAccept},
      {true, true, Policy::kRequireOutbound, Decision::kAccept},
      {true, true, Policy::kForbid, Decision::kAccept},
      {true, false, Policy::kRequireOutbound, Decision::kRequireOutbound},
      {true, false, Policy::kForbid, Decision::kForbid},
      {true, false, Policy::kAccept, Decision::kAccept},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(decide_nat(row.nat, row.outbound, row.policy), row.decision)
        << row.nat << row.outbound << static_cast<int>(row.policy);
  }
}

}  // namespace
}  // namespace sipward::pcscf
