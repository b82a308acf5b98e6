// SPDX-License-Identifier: Apache-2.0
#include "agent/pcscf/key_rule.h"

#include <gtest/gtest.h>

#include "tests/pcscf/pcscf_lab.h"

namespace sipward::pcscf {
namespace {

const sip::Flow kSource{.local = test::endpoint("198.51.100.10:5060"),
                        .remote = test::endpoint("203.0.113.7:5060")};

FlowBinding other_user(const char* flow, bool wildcard) {
  FlowBinding row;
  row.flow = {.remote = test::endpoint(flow)};
  row.impi = {"other"};
  row.key = {.ip = row.flow.remote.ip, .port = wildcard ? std::uint16_t{0} : row.flow.remote.port};
  return row;
}
const FlowBinding kWildcardSamePort = other_user("203.0.113.7:5060", true);
const FlowBinding kWildcardOtherPort = other_user("203.0.113.7:5062", true);
const FlowBinding kPortHere = other_user("203.0.113.7:5060", false);

struct Row {
  const char* name;
  IpCheck ip_check = IpCheck::kAuto;
  OnSharedIp policy = OnSharedIp::kAlarm;
  bool outbound = false;
  bool nat = false;
  Neighbours neighbours = {};
  SharedDecision before = SharedDecision::kAccept;  ///< the REGISTER
  const char* key = "any 203.0.113.7";              ///< the 200
  bool narrow = false;
  bool alarm = false;
};

// TS 33.203 N.2 and what it leaves open when two kinds of rows meet.
const Row kRows[] = {
    {.name = "alone, no outbound"},
    {.name = "alone, outbound", .outbound = true, .key = "udp 203.0.113.7:5060"},
    {.name = "alone, NAT accepted", .nat = true, .key = "udp 203.0.113.7:5060"},
    {.name = "ip: address only", .ip_check = IpCheck::kIp, .outbound = true},
    {.name = "ip_port: always the port",
     .ip_check = IpCheck::kIpPort,
     .key = "udp 203.0.113.7:5060"},
    {.name = "next tenant of the address", .neighbours = {.wildcard = &kWildcardSamePort}},
    {.name = "next tenant, refuse",
     .policy = OnSharedIp::kRefuse,
     .neighbours = {.wildcard = &kWildcardSamePort}},
    {.name = "other port, alarm", .neighbours = {.wildcard = &kWildcardOtherPort}, .alarm = true},
    {.name = "other port, refuse",
     .policy = OnSharedIp::kRefuse,
     .neighbours = {.wildcard = &kWildcardOtherPort},
     .before = SharedDecision::kForbid,
     .alarm = true},
    {.name = "other port, portbind",
     .policy = OnSharedIp::kPortBind,
     .neighbours = {.wildcard = &kWildcardOtherPort},
     .key = "udp 203.0.113.7:5060",
     .narrow = true,
     .alarm = true},
    {.name = "port row beside a wildcard",
     .outbound = true,
     .neighbours = {.wildcard = &kWildcardOtherPort},
     .key = "udp 203.0.113.7:5060",
     .alarm = true},
    {.name = "port row beside a wildcard, refuse",
     .policy = OnSharedIp::kRefuse,
     .outbound = true,
     .neighbours = {.wildcard = &kWildcardOtherPort},
     .before = SharedDecision::kForbid,
     .key = "udp 203.0.113.7:5060",
     .alarm = true},
    {.name = "wildcard beside a port row",
     .neighbours = {.other_port = true},
     .before = SharedDecision::kRequireOutbound,
     .key = "udp 203.0.113.7:5060",
     .alarm = true},
    {.name = "wildcard beside a port row, portbind",
     .policy = OnSharedIp::kPortBind,
     .neighbours = {.other_port = true},
     .key = "udp 203.0.113.7:5060",
     .alarm = true},
    {.name = "port row beside port rows",
     .outbound = true,
     .neighbours = {.other_port = true},
     .key = "udp 203.0.113.7:5060"},
    {.name = "over a port row of the same port", .neighbours = {.same_port = &kPortHere}},
};

TEST(KeyRule, BeforeAndAfterTheCore) {
  for (const Row& row : kRows) {
    const KeyInput input{.ip_check = row.ip_check,
                         .on_shared_ip = row.policy,
                         .outbound = row.outbound,
                         .nat = row.nat,
                         .source = kSource,
                         .neighbours = row.neighbours};
    EXPECT_EQ(decide_shared(input), row.before) << row.name;
    const KeyDecision decision = decide_key(input);
    EXPECT_EQ(decision.key.text(), row.key) << row.name;
    EXPECT_EQ(decision.narrow_neighbour, row.narrow) << row.name;
    EXPECT_EQ(decision.alarm, row.alarm) << row.name;
  }
}

TEST(FindNeighbours, SeesOtherUsersAtTheAddressOnly) {
  BindingTable table(16, 16);
  const auto add = [&](const char* user, const char* flow, bool wildcard) {
    FlowBinding row = other_user(flow, wildcard);
    row.impi = {user};
    row.registrations.push_back({.aor = *ims::Impu::parse("sip:x@h.example"),
                                 .contact = {},
                                 .identities = {},
                                 .expires = sip::Time(std::chrono::hours(1))});
    ASSERT_NE(table.put(row), BindingTable::Change::kFull);
  };
  add("alice", "203.0.113.7:1000", false);
  add("bob", "203.0.113.8:5062", false);
  Neighbours found = find_neighbours(table, kSource, {"alice"});
  EXPECT_EQ(found.wildcard, nullptr);
  EXPECT_EQ(found.same_port, nullptr);
  EXPECT_FALSE(found.other_port) << "own rows and other addresses do not count";

  add("bob", "203.0.113.7:5060", false);
  found = find_neighbours(table, kSource, {"alice"});
  ASSERT_NE(found.same_port, nullptr);
  EXPECT_FALSE(found.other_port) << "the same port is no proof of sharing";

  add("carol", "203.0.113.7:6000", false);
  add("dave", "203.0.113.7:5060", true);
  found = find_neighbours(table, kSource, {"alice"});
  EXPECT_TRUE(found.other_port);
  ASSERT_NE(found.wildcard, nullptr);
  EXPECT_EQ(found.wildcard->impi.text, "dave");
}

}  // namespace
}  // namespace sipward::pcscf
