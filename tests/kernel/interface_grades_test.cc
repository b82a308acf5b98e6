// SPDX-License-Identifier: Apache-2.0
#include "agent/dataplane/interface_grades.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "agent/dataplane/xdp_features.h"

namespace sipward::dataplane {
namespace {

using Grade = Finding::Grade;
using Program = InterfaceFacts::Program;

/// One interface before a change, all right: an ice device of 1500 octets, up.
struct Setting {
  InterfaceFacts facts;
  GateConfig config;
  KernelFacts kernel;
};

Setting good() {
  Setting made;
  made.facts.name = "eth1";
  made.facts.link = Link{.ifindex = 2, .name = "eth1", .up = true, .mtu = 1500};
  made.facts.driver.driver = "ice";
  made.facts.xdp_features = kXdpBasic;
  made.config.interfaces = {"eth1"};
  made.kernel.cpus = 4;
  made.kernel.tcx = true;
  return made;
}

struct Row {
  const char* name;
  std::function<void(Setting&)> change;
  Grade worst;
  const char* said;
};

const Row kRows[] = {
    {"all right", [](Setting&) {}, Grade::kGood, "driver ice: native XDP, says the kernel"},
    {"not there", [](Setting& s) { s.facts.link.reset(); }, Grade::kAdvice,
     "attaches when it appears"},
    {"down", [](Setting& s) { s.facts.link->up = false; }, Grade::kAdvice,
     "remedy: ip link set dev eth1 up"},
    {"no native mode", [](Setting& s) { s.facts.xdp_features = 0; }, Grade::kObstacle,
     "driver ice has no native XDP as it is set up now"},
    {"no native mode, generic allowed",
     [](Setting& s) {
       s.facts.xdp_features = 0;
       s.config.allow_generic = true;
     },
     Grade::kAdvice, "it would be attached in generic mode"},
    {"an old kernel, a driver of the list", [](Setting& s) { s.facts.xdp_features.reset(); },
     Grade::kGood, "known to have native XDP"},
    {"an old kernel, another driver",
     [](Setting& s) {
       s.facts.xdp_features.reset();
       s.facts.driver.driver = "e1000";
     },
     Grade::kAdvice, "a kernel before 6.3 does not say"},
    {"an old kernel, a bridge",
     [](Setting& s) {
       s.facts.xdp_features.reset();
       s.facts.driver.driver = "bridge";
       s.facts.link->kind = "bridge";
     },
     Grade::kObstacle, "list its ports"},
    {"a VLAN",
     [](Setting& s) {
       s.facts.xdp_features = 0;
       s.facts.link->kind = "vlan";
       s.facts.parent = "eth0";
     },
     Grade::kObstacle, "is a VLAN of eth0: VLANs have no native XDP; remedy: list eth0"},
    {"a bond of ports without XDP",
     [](Setting& s) {
       s.facts.xdp_features = 0;
       s.facts.link->kind = "bond";
     },
     Grade::kObstacle, "each of its ports must have it"},
    {"a team",
     [](Setting& s) {
       s.facts.xdp_features = 0;
       s.facts.link->kind = "team";
     },
     Grade::kObstacle, "is a team: teams have no native XDP; remedy: list its ports"},
    {"a port of a bond",
     [](Setting& s) {
       s.facts.link->port_of_kind = "bond";
       s.facts.master = "bond0";
     },
     Grade::kAdvice, "list bond0 instead"},
    {"a port and its bond",
     [](Setting& s) {
       s.facts.link->port_of_kind = "bond";
       s.facts.master = "bond0";
       s.config.interfaces = {"bond0", "eth1"};
     },
     Grade::kObstacle, "an XDP program on bond0 forbids one here"},
    {"a port of a bridge",
     [](Setting& s) {
       s.facts.link->port_of_kind = "bridge";
       s.facts.master = "br0";
     },
     Grade::kGood, "native XDP"},
    {"the largest MTU for one page", [](Setting& s) { s.facts.link->mtu = 3498; }, Grade::kGood,
     "native XDP"},
    {"a larger MTU without rx-sg", [](Setting& s) { s.facts.link->mtu = 3499; }, Grade::kObstacle,
     "remedy: ip link set dev eth1 mtu 3498"},
    {"a larger MTU with rx-sg",
     [](Setting& s) {
       s.facts.link->mtu = 9000;
       s.facts.xdp_features = kXdpBasic | kXdpScattered;
     },
     Grade::kGood, "MTU 9000: the driver has XDP for such frames"},
    {"a larger MTU on an old kernel",
     [](Setting& s) {
       s.facts.link->mtu = 9000;
       s.facts.xdp_features.reset();
     },
     Grade::kAdvice, "if attach fails: ip link set"},
    {"ena with queues to spare",
     [](Setting& s) {
       s.facts.driver = {.driver = "ena", .channels = Channels{.tx = 4, .max_tx = 8}};
     },
     Grade::kGood, "native XDP"},
    {"ena without",
     [](Setting& s) {
       s.facts.driver = {.driver = "ena", .channels = Channels{.tx = 5, .max_tx = 8}};
       s.facts.xdp_features = 0;
     },
     Grade::kObstacle, "remedy: ethtool -L eth1 combined 4"},
    {"virtio with queues to spare",
     [](Setting& s) {
       s.facts.driver = {.driver = "virtio_net", .channels = Channels{.tx = 4, .max_tx = 8}};
     },
     Grade::kGood, "native XDP"},
    {"virtio without",
     [](Setting& s) {
       s.facts.driver = {.driver = "virtio_net", .channels = Channels{.tx = 4, .max_tx = 7}};
     },
     Grade::kAdvice, "uses 4 of 7 queues, and XDP would want one more for each of 4 CPUs"},
    {"LRO", [](Setting& s) { s.facts.driver.lro = true; }, Grade::kAdvice,
     "ethtool -K eth1 lro off"},
    {"LRO where it is known to be in the way",
     [](Setting& s) { s.facts.driver = {.driver = "mlx5_core", .lro = true}; }, Grade::kObstacle,
     "mlx5_core then refuses native XDP"},
    {"tags stripped, no VLAN", [](Setting& s) { s.facts.driver.strips_vlan_tags = true; },
     Grade::kGood, "native XDP"},
    {"tags stripped, VLANs above",
     [](Setting& s) {
       s.facts.driver.strips_vlan_tags = true;
       s.facts.carries_vlans = true;
     },
     Grade::kAdvice, "ethtool -K eth1 rxvlan off"},
    {"somebody's program",
     [](Setting& s) {
       s.facts.program = Program::kForeign;
       s.facts.running = {.id = 42, .name = "filter"};
     },
     Grade::kObstacle, "runs the XDP program filter (id 42), which is not ours"},
    {"a program, and we may not see whose",
     [](Setting& s) {
       s.facts.program = Program::kUnknown;
       s.facts.running = {.id = 42, .name = {}};
     },
     Grade::kAdvice, "run the check as root"},
    {"our program", [](Setting& s) { s.facts.program = Program::kOurs; }, Grade::kGood,
     "replaces its program in place"},
    {"our program, whatever the driver says since",
     [](Setting& s) {
       s.facts.program = Program::kOurs;
       s.facts.xdp_features = 0;
       s.facts.link->mtu = 9000;
     },
     Grade::kGood, "replaces its program in place"},
    {"a filter where the tag goes, with tcx",
     [](Setting& s) { s.facts.tag_clash = IngressFilter{.priority = 1, .kind = "flower"}; },
     Grade::kGood, "native XDP"},
    {"the same without tcx",
     [](Setting& s) {
       s.facts.tag_clash = IngressFilter{.priority = 1, .kind = "flower"};
       s.kernel.tcx = false;
     },
     Grade::kObstacle, "flower, priority 1"},
    {"the same when clsact is wanted",
     [](Setting& s) {
       s.facts.tag_clash = IngressFilter{.priority = 1, .kind = "flower"};
       s.config.tag_carrier = TagCarrier::kClsact;
     },
     Grade::kObstacle, "tc filter show dev eth1 ingress"},
};

TEST(InterfaceGrades, Rows) {
  for (const Row& row : kRows) {
    SCOPED_TRACE(row.name);
    Setting setting = good();
    row.change(setting);
    const Findings findings = grade_interface(setting.facts, setting.config, setting.kernel);
    ASSERT_FALSE(findings.empty());
    EXPECT_EQ(std::ranges::max(findings, {}, &Finding::grade).grade, row.worst);
    std::string text;
    for (const Finding& one : findings) text += to_line(one) + "\n";
    EXPECT_NE(text.find(row.said), std::string::npos) << text;
  }
}

TEST(InterfaceGrades, SayOneThingAboutOneFault) {
  Setting setting = good();
  setting.facts.xdp_features = 0;
  setting.facts.link->mtu = 9000;
  EXPECT_EQ(grade_interface(setting.facts, setting.config, setting.kernel).size(), 1U)
      << "without native mode there is nothing to say about its MTU";
}

}  // namespace
}  // namespace sipward::dataplane
