// SPDX-License-Identifier: Apache-2.0
#include "agent/dataplane/sysctl_grades.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

namespace sipward::dataplane {
namespace {

using Grade = Finding::Grade;
using Values = std::map<std::string, long>;

GateConfig config_of(std::string_view address, sip::Transport transport) {
  GateConfig config;
  config.interfaces = {"eth1.7"};
  config.listeners = {{.local = {.ip = sip::IpAddress::parse(address).value(), .port = 5060},
                       .transport = transport}};
  return config;
}

struct Row {
  const char* name;
  sip::Transport transport;
  Values values;
  const char* advice;  ///< empty: there is none
};

constexpr auto kUdp = sip::Transport::kUdp;
constexpr auto kTcp = sip::Transport::kTcp;

const Row kRows[] = {
    {"nothing can be seen", kTcp, {}, ""},
    {"a SYN's mark is lost", kTcp, {{"net/ipv4/tcp_fwmark_accept", 0}}, "tcp_fwmark_accept=1"},
    {"a SYN's mark is lost, TLS",
     sip::Transport::kTls,
     {{"net/ipv4/tcp_fwmark_accept", 0}},
     "60-sipward.conf"},
    {"UDP has no SYN", kUdp, {{"net/ipv4/tcp_fwmark_accept", 0}}, ""},
    {"a SYN's mark is kept", kTcp, {{"net/ipv4/tcp_fwmark_accept", 1}}, ""},
    {"no SYN cookies", kTcp, {{"net/ipv4/tcp_syncookies", 0}}, "tcp_syncookies=1"},
    {"source routes",
     kUdp,
     {{"net/ipv4/conf/all/accept_source_route", 1},
      {"net/ipv4/conf/eth1.7/accept_source_route", 1}},
     "sysctl -w net.ipv4.conf.eth1/7.accept_source_route=0"},
    {"source routes forbidden for all",
     kUdp,
     {{"net/ipv4/conf/all/accept_source_route", 0},
      {"net/ipv4/conf/eth1.7/accept_source_route", 1}},
     ""},
    {"source routes forbidden here",
     kUdp,
     {{"net/ipv4/conf/all/accept_source_route", 1},
      {"net/ipv4/conf/eth1.7/accept_source_route", 0}},
     ""},
    {"segment routing",
     kUdp,
     {{"net/ipv6/conf/all/seg6_enabled", 1}, {"net/ipv6/conf/eth1.7/seg6_enabled", 1}},
     "seg6_enabled is on for eth1.7"},
    {"routing protocol of lossy networks",
     kUdp,
     {{"net/ipv6/conf/all/rpl_seg_enabled", 1}, {"net/ipv6/conf/eth1.7/rpl_seg_enabled", 1}},
     "rpl_seg_enabled is on for eth1.7"},
    {"a router", kUdp, {{"net/ipv4/ip_forward", 1}}, "net.ipv4.ip_forward is 1"},
    {"a router of the other family", kUdp, {{"net/ipv6/conf/all/forwarding", 1}}, ""},
};

TEST(SysctlGrades, Rows) {
  for (const Row& row : kRows) {
    SCOPED_TRACE(row.name);
    const auto read = [&](const std::string& name) -> std::optional<long> {
      const auto found = row.values.find(name);
      return found == row.values.end() ? std::nullopt : std::optional(found->second);
    };
    std::string advice;
    for (const Finding& one : grade_sysctls(config_of("192.0.2.1", row.transport), read)) {
      EXPECT_NE(one.grade, Grade::kObstacle) << "none stops an attach";
      if (one.grade == Grade::kAdvice) advice += to_line(one) + "\n";
    }
    EXPECT_EQ(advice.empty(), std::string_view(row.advice).empty()) << advice;
    EXPECT_NE(advice.find(row.advice), std::string::npos) << advice;
  }
}

TEST(SysctlGrades, TellTheReversePathFilter) {
  const auto word = [](long all, long own) {
    const auto read = [=](const std::string& name) -> std::optional<long> {
      if (name == "net/ipv4/conf/all/rp_filter") return all;
      if (name == "net/ipv4/conf/eth1.7/rp_filter") return own;
      return std::nullopt;
    };
    const Findings findings = grade_sysctls(config_of("2001:db8::1", kUdp), read);
    return findings.size() == 1 ? findings.front().what : std::string();
  };
  EXPECT_NE(word(0, 0).find("is off"), std::string::npos);
  EXPECT_NE(word(0, 1).find("is strict"), std::string::npos);
  EXPECT_NE(word(2, 1).find("is loose"), std::string::npos) << "the larger one counts";
}

TEST(SysctlGrades, ReadSysctl) {
  EXPECT_TRUE(read_sysctl("net/ipv4/ip_forward"));
  EXPECT_EQ(read_sysctl("net/ipv4/no_such_thing"), std::nullopt);
}

}  // namespace
}  // namespace sipward::dataplane
