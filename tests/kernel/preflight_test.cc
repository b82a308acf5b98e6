// SPDX-License-Identifier: Apache-2.0
// The check on real interfaces: what it says, and that it leaves no trace.
#include "agent/dataplane/preflight.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <gtest/gtest.h>
#include <net/if.h>

#include <algorithm>
#include <filesystem>
#include <tuple>

#include "agent/dataplane/kernel_probes.h"
#include "agent/dataplane/pins.h"
#include "tests/kernel/lab.h"
#include "tests/kernel/net_lab.h"

namespace sipward::test {
namespace {

using dataplane::Finding;
using dataplane::Findings;
using Grade = Finding::Grade;

/// Every finding as a line, for a failed test.
std::string all(const Findings& findings) {
  std::string text;
  for (const Finding& one : findings) text += to_line(one) + "\n";
  return text;
}

dataplane::Descriptor load_somebody(bpf_prog_type type) {
  const bpf_insn code[] = {
      {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .src_reg = 0, .off = 0, .imm = 2},
      {.code = BPF_JMP | BPF_EXIT, .dst_reg = 0, .src_reg = 0, .off = 0, .imm = 0}};
  return dataplane::Descriptor{bpf_prog_load(type, "somebody", "GPL", code, 2, nullptr)};
}

class Preflight : public testing::Test {
 protected:
  Preflight() {
    config_.pin_path = new_pin_path();
    config_.group = "nogroup";
  }

  Findings check() {
    Findings findings;
    lab_.gate().run([&] { findings = dataplane::preflight(config_); });
    return findings;
  }
  static bool says(const Findings& findings, Grade grade, std::string_view part) {
    return std::ranges::any_of(findings, [&](const Finding& one) {
      return one.grade == grade && to_line(one).find(part) != std::string::npos;
    });
  }
  /// The device, if this kernel can make it.
  [[nodiscard]] bool can_make(const std::string& link) const {
    try {
      lab_.gate().shell("ip link add " + link + " 2>/dev/null");
      return true;
    } catch (const std::runtime_error&) {
      return false;
    }
  }

  NetLab lab_;
  dataplane::GateConfig config_ = test_config();
};

#define EXPECT_SAYS(findings, grade, part) \
  EXPECT_TRUE(says(findings, Grade::grade, part)) << all(findings)
#define EXPECT_SAYS_NOT(findings, grade, part) \
  EXPECT_FALSE(says(findings, Grade::grade, part)) << all(findings)
#define EXPECT_NOTHING_IN_THE_WAY(findings) \
  EXPECT_FALSE(dataplane::has_obstacle(findings)) << all(findings)

TEST_F(Preflight, FindsNothingInTheWayOfAGoodPair) {
  const Findings findings = check();
  EXPECT_NOTHING_IN_THE_WAY(findings);
  EXPECT_SAYS(findings, kGood, "sw0: good: driver veth: native XDP");
  EXPECT_SAYS(findings, kGood, "kernel: good: takes the gate as it is configured");
  EXPECT_TRUE(lab_.attach(config_).ok()) << "what it says is true";
}

TEST_F(Preflight, LeavesNoTrace) {
  check();
  EXPECT_FALSE(dataplane::exists(config_.pin_path));
  lab_.gate().shell("! ip link show dev sw0 | grep -q xdp");
  lab_.gate().shell("! tc qdisc show | grep -q clsact");
}

TEST_F(Preflight, SaysWhenTheGateIsThereAlready) {
  ASSERT_TRUE(lab_.attach(config_).ok());
  const Findings findings = check();
  EXPECT_NOTHING_IN_THE_WAY(findings);
  EXPECT_SAYS(findings, kGood, "sw0: good: the gate is attached");
  EXPECT_SAYS_NOT(findings, kGood, "memory") << "the maps are there";
}

TEST_F(Preflight, AMissingInterfaceIsNoObstacle) {
  config_.interfaces = {"sw0", "sw7"};
  const Findings findings = check();
  EXPECT_NOTHING_IN_THE_WAY(findings);
  EXPECT_SAYS(findings, kAdvice, "sw7: advice: there is no such interface now");
}

TEST_F(Preflight, AdvisesOnAnInterfaceThatIsDown) {
  lab_.gate().shell("ip link set sw0 down");
  EXPECT_SAYS(check(), kAdvice, "remedy: ip link set dev sw0 up");
}

TEST_F(Preflight, NamesAForeignProgram) {
  const dataplane::Descriptor program = load_somebody(BPF_PROG_TYPE_XDP);
  lab_.gate().run([&] {
    const int index = static_cast<int>(if_nametoindex("sw0"));
    ASSERT_EQ(bpf_xdp_attach(index, program.get(), 0, nullptr), 0);
  });
  const Findings findings = check();
  EXPECT_SAYS(findings, kObstacle, "sw0: OBSTACLE: runs the XDP program somebody (id ");
  EXPECT_EQ(findings.front().grade, Grade::kObstacle) << "obstacles come first";
  EXPECT_FALSE(lab_.attach(config_).ok()) << "what it says is true";
}

TEST_F(Preflight, NamesAFilterInTheWayOfTheTagWhenClsactCarriesIt) {
  lab_.gate().shell(
      "tc qdisc add dev sw0 clsact && "
      "tc filter add dev sw0 ingress protocol ip pref 1 bpf bytecode '1,6 0 0 0'");
  EXPECT_NOTHING_IN_THE_WAY(check());
  config_.tag_carrier = dataplane::TagCarrier::kClsact;
  EXPECT_SAYS(check(), kObstacle, "where the tag program goes: bpf, priority 1, handle 0x1;");
  EXPECT_FALSE(lab_.attach(config_).ok()) << "what it says is true";

  lab_.gate().shell("tc filter del dev sw0 ingress");
  EXPECT_NOTHING_IN_THE_WAY(check());
  ASSERT_TRUE(lab_.attach(config_).ok());
  EXPECT_NOTHING_IN_THE_WAY(check()) << "our own filter is not in our way";
}

TEST_F(Preflight, NamesABpfFilterWithOurHandle) {
  const dataplane::Descriptor program = load_somebody(BPF_PROG_TYPE_SCHED_CLS);
  lab_.gate().run([&] {
    LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = static_cast<int>(if_nametoindex("sw0")),
                .attach_point = BPF_TC_INGRESS);
    LIBBPF_OPTS(bpf_tc_opts, filter, .prog_fd = program.get(), .handle = 0x5153, .priority = 1);
    ASSERT_EQ(bpf_tc_hook_create(&hook), 0);
    ASSERT_EQ(bpf_tc_attach(&hook, &filter), 0);
  });
  config_.tag_carrier = dataplane::TagCarrier::kClsact;
  EXPECT_SAYS(check(), kObstacle, "bpf, priority 1, handle 0x5153");
  EXPECT_FALSE(lab_.attach(config_).ok()) << "what it says is true";
}

TEST_F(Preflight, JumboFramesAreFineWhereTheDriverScatters) {
  lab_.gate().shell("ip link set sw0 mtu 9000");
  lab_.ue().shell("ip link set sw1 mtu 9000");
  const Findings findings = check();
  EXPECT_NOTHING_IN_THE_WAY(findings);
  EXPECT_SAYS(findings, kGood, "sw0: good: MTU 9000");
  EXPECT_TRUE(lab_.attach(config_).ok()) << "what it says is true";
}

TEST_F(Preflight, KnowsWhatHasNoNativeMode) {
  config_.interfaces = {"lo"};
  EXPECT_SAYS(check(), kObstacle, "lo: OBSTACLE");
  config_.allow_generic = true;
  const Findings findings = check();
  EXPECT_NOTHING_IN_THE_WAY(findings);
  EXPECT_SAYS(findings, kAdvice, "generic mode, where a flood costs far more");
}

TEST_F(Preflight, SendsAwayFromWhatLiesOnOtherInterfaces) {
  struct Row {
    const char* link;
    const char* said;
  };
  constexpr Row rows[] = {
      {"sw9 type bridge", "list its ports in gate.interfaces"},
      {"sw9 link sw0 type vlan id 7", "list sw0 in gate.interfaces instead: the gate reads up to"},
      {"sw9 link sw0 type macvlan", "is a macvlan on sw0"}};
  config_.interfaces = {"sw9"};
  for (const Row& row : rows) {
    SCOPED_TRACE(row.link);
    if (!can_make(row.link)) continue;  // not every kernel has every kind
    EXPECT_SAYS(check(), kObstacle, row.said);
    EXPECT_FALSE(lab_.attach(config_).ok()) << "what it says is true";
    lab_.gate().shell("ip link del sw9");
  }
}

TEST_F(Preflight, GuardsAPortOfABridge) {
  if (!can_make("sw9 type bridge")) GTEST_SKIP() << "this kernel has no bridges";
  lab_.gate().shell("ip link set sw0 master sw9");
  EXPECT_NOTHING_IN_THE_WAY(check());
}

TEST_F(Preflight, WantsABpffs) {
  config_.pin_path = "/run/sw-no-bpffs";
  EXPECT_SAYS(check(), kObstacle, "remedy: mount -t bpf bpf /sys/fs/bpf");
  EXPECT_FALSE(std::filesystem::exists(config_.pin_path));
}

TEST_F(Preflight, SaysWhatIsWrongWithTheConfiguration) {
  config_.listeners.clear();
  const Findings findings = check();
  EXPECT_SAYS(findings, kObstacle, "configuration: OBSTACLE: no listener to guard");
  EXPECT_SAYS_NOT(findings, kGood, "takes the gate") << "there is nothing to try";
}

TEST_F(Preflight, ATcpListenerWantsTheMarkOfItsSyn) {
  lab_.gate().shell("echo 0 > /proc/sys/net/ipv4/tcp_fwmark_accept");
  constexpr std::string_view said = "sysctl -w net.ipv4.tcp_fwmark_accept=1";
  EXPECT_SAYS_NOT(check(), kAdvice, said) << "UDP needs it not";
  config_.listeners.front().transport = sip::Transport::kTcp;
  EXPECT_SAYS(check(), kAdvice, said);
  lab_.gate().shell("echo 1 > /proc/sys/net/ipv4/tcp_fwmark_accept");
  EXPECT_SAYS_NOT(check(), kAdvice, said);
}

TEST_F(Preflight, WarnsOfSourceRouting) {
  lab_.gate().shell(
      "echo 1 > /proc/sys/net/ipv4/conf/all/accept_source_route; "
      "echo 1 > /proc/sys/net/ipv4/conf/sw0/accept_source_route");
  EXPECT_SAYS(check(), kAdvice, "sysctl -w net.ipv4.conf.sw0.accept_source_route=0");
}

// ---- what is answered by trying ----

TEST(KernelProbes, ThisKernelHasWhatTheGateNeeds) {
  use_private_bpffs();
  EXPECT_TRUE(dataplane::probe_xdp().loads);
  EXPECT_TRUE(dataplane::probe_tc());
  EXPECT_TRUE(dataplane::probe_type_info());
  EXPECT_EQ(dataplane::probe_clsact(), true);
  EXPECT_EQ(dataplane::find_missing_maps(), std::vector<std::string>{});
  EXPECT_EQ(dataplane::probe_gate(test_config()), std::nullopt);
  EXPECT_NE(dataplane::probe_receive_mark(), dataplane::KernelFacts::ReceiveMark::kNobody);
}

TEST(KernelProbes, TheReceiveMarkIsAskedForWithoutLosingOurPrivileges) {
  use_private_bpffs();
  std::ignore = dataplane::probe_receive_mark();
  EXPECT_TRUE(dataplane::read_kernel(test_config()).missing_capabilities.empty());
}

}  // namespace
}  // namespace sipward::test
