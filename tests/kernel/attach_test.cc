// SPDX-License-Identifier: Apache-2.0
// The life of a gate on a real interface: attach, replace, refuse, roll back, detach.
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <gtest/gtest.h>
#include <net/if.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <atomic>
#include <filesystem>
#include <thread>

#include "agent/dataplane/counters.h"
#include "agent/dataplane/gate.h"
#include "agent/dataplane/pins.h"
#include "tests/kernel/lab.h"
#include "tests/kernel/net_lab.h"

namespace sipward::test {
namespace {

using dataplane::InterfaceStatus;
using dataplane::Mode;
using Hook = InterfaceStatus::Hook;

class Attach : public testing::Test {
 protected:
  Attach() {
    config_.pin_path = new_pin_path();
    config_.group = "nogroup";
    config_.version = "1.2.3";
  }

  InterfaceStatus sw0() {
    const auto status = lab_.status(config_);
    for (const InterfaceStatus& one : status.interfaces) {
      if (one.name == "sw0") return one;
    }
    throw std::runtime_error("no status of sw0");
  }
  [[nodiscard]] bool pinned() const { return dataplane::exists(config_.pin_path); }

  NetLab lab_;
  dataplane::GateConfig config_ = test_config();
};

#define ASSERT_OK(result) ASSERT_TRUE((result).ok()) << (result).error()

/// A program of somebody else's that returns this.
dataplane::Descriptor load_somebody(bpf_prog_type type, int result) {
  const bpf_insn code[] = {
      {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .src_reg = 0, .off = 0, .imm = result},
      {.code = BPF_JMP | BPF_EXIT, .dst_reg = 0, .src_reg = 0, .off = 0, .imm = 0}};
  return dataplane::Descriptor{bpf_prog_load(type, "somebody", "GPL", code, 2, nullptr)};
}

void put_foreign_program(const NetLab& lab) {
  const dataplane::Descriptor program = load_somebody(BPF_PROG_TYPE_XDP, XDP_PASS);
  lab.gate().run([&] {
    if (bpf_xdp_attach(static_cast<int>(if_nametoindex("sw0")), program.get(), 0, nullptr) != 0) {
      throw std::runtime_error("bpf_xdp_attach");
    }
  });
}

void put_foreign_filter(const NetLab& lab) {
  const dataplane::Descriptor program = load_somebody(BPF_PROG_TYPE_SCHED_CLS, 0);
  lab.gate().run([&] {
    LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = static_cast<int>(if_nametoindex("sw0")),
                .attach_point = BPF_TC_EGRESS);
    LIBBPF_OPTS(bpf_tc_opts, filter, .prog_fd = program.get());
    if (bpf_tc_attach(&hook, &filter) != 0) throw std::runtime_error("bpf_tc_attach");
  });
}

TEST_F(Attach, IsNativePinnedAndToldByStatus) {
  EXPECT_FALSE(sw0().attached());
  const auto report = lab_.attach(config_);
  ASSERT_OK(report);
  EXPECT_EQ(report->done,
            std::vector<std::string>{"sw0: attached, native, enforce mode, tag by tcx"});
  const dataplane::Status status = lab_.status(config_);
  EXPECT_EQ(status.abi_version, std::uint32_t{SIPWARD_ABI_VERSION});
  EXPECT_EQ(status.version, "1.2.3");
  EXPECT_EQ(sw0().hook, Hook::kNative);
  EXPECT_EQ(sw0().mode, Mode::kEnforce);
  EXPECT_EQ(sw0().foreign, std::nullopt);
  EXPECT_NE(sw0().link_id, 0U);
}

TEST_F(Attach, AgainReplacesInPlaceAndKeepsTheRows) {
  ASSERT_OK(lab_.attach(config_));
  const InterfaceStatus before = sw0();
  auto bindings = dataplane::Bindings::open(config_.pin_path);
  ASSERT_OK(bindings);
  ASSERT_EQ(bindings->install(row({})), dataplane::InstallStatus::kInstalled);

  config_.mode = Mode::kMonitor;
  const auto report = lab_.attach(config_);
  ASSERT_OK(report);
  EXPECT_EQ(report->done.front(), "sw0: replaced in place, native, monitor mode, tag by tcx");
  EXPECT_EQ(sw0().link_id, before.link_id) << "never detached";
  EXPECT_NE(sw0().program_id, before.program_id);
  EXPECT_EQ(sw0().mode, Mode::kMonitor);
  EXPECT_EQ(dataplane::Bindings::open(config_.pin_path)->list().size(), 1U);
}

TEST_F(Attach, AgainLetsNoStrangerThrough) {
  ASSERT_OK(lab_.attach(config_));
  const UdpPeer gate(lab_.gate(), kGate4, kSip);
  const UdpPeer stranger(lab_.ue(), kPeer4, kUePort);
  std::atomic<bool> stop = false;
  std::atomic<std::uint64_t> sent = 0;
  std::thread flood([&] {
    for (; !stop; ++sent) stranger.send("MESSAGE sip:bob@home1.example SIP/2.0\r\n", kGate4, kSip);
  });
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(lab_.attach(config_).ok());
  stop = true;
  flood.join();
  EXPECT_GT(sent, 10U);
  EXPECT_FALSE(gate.receive_now()) << "one of " << sent << " came through";
}

TEST_F(Attach, LeavesAForeignProgramAloneAndNamesIt) {
  put_foreign_program(lab_);
  const auto refused = lab_.attach(config_);
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().find("somebody (id "), std::string::npos) << refused.error();
  EXPECT_NE(refused.error().find("ip link set dev sw0 xdp off"), std::string::npos);
  EXPECT_FALSE(pinned()) << "nothing is left of the attempt";
  EXPECT_FALSE(sw0().attached());
  ASSERT_TRUE(sw0().foreign);
  EXPECT_EQ(sw0().foreign->name, "somebody");
  lab_.gate().run([&] { EXPECT_TRUE(dataplane::find_obstacle(config_)); });

  lab_.gate().shell("ip link set dev sw0 xdp off");
  lab_.gate().run([&] { EXPECT_EQ(dataplane::find_obstacle(config_), std::nullopt); });
  EXPECT_TRUE(lab_.attach(config_).ok());
}

TEST_F(Attach, GoesGenericOnlyWhenAllowed) {
  config_.interfaces = {"lo"};  // it has no native XDP
  const auto refused = lab_.attach(config_);
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().find("allow_generic = true"), std::string::npos) << refused.error();
  EXPECT_FALSE(pinned());

  config_.allow_generic = true;
  const auto allowed = lab_.attach(config_);
  ASSERT_OK(allowed);
  EXPECT_EQ(lab_.status(config_).interfaces.front().hook, Hook::kGeneric);
  ASSERT_FALSE(allowed->warnings.empty());
  EXPECT_NE(allowed->warnings.front().find("slow"), std::string::npos);
}

TEST_F(Attach, FailingOnOneInterfaceLeavesAllAsTheyWere) {
  config_.interfaces = {"sw0", "lo"};  // the second has no native XDP
  EXPECT_FALSE(lab_.attach(config_).ok());
  EXPECT_FALSE(sw0().attached());
  EXPECT_EQ(sw0().tag, std::nullopt);
  EXPECT_FALSE(pinned());

  config_.interfaces = {"sw0"};
  ASSERT_OK(lab_.attach(config_));
  const InterfaceStatus before = sw0();
  config_.interfaces = {"sw0", "lo"};
  config_.mode = Mode::kMonitor;
  EXPECT_FALSE(lab_.attach(config_).ok());
  EXPECT_EQ(sw0().program_id, before.program_id) << "the old program is back";
  EXPECT_EQ(sw0().mode, Mode::kEnforce);
  EXPECT_EQ(sw0().tag, before.tag);
}

TEST_F(Attach, TakesTheGateOffInterfacesThatLeftTheConfiguration) {
  lab_.gate().shell("ip link add sw2 type veth peer name sw3 && ip link set sw2 up");
  config_.interfaces = {"sw0", "sw2"};
  ASSERT_OK(lab_.attach(config_));
  config_.interfaces = {"sw2"};
  const auto report = lab_.attach(config_);
  ASSERT_OK(report);
  EXPECT_EQ(report->done.back(), "sw0: detached, it is not in the configuration");
  config_.interfaces = {"sw0", "sw2"};
  const auto status = lab_.status(config_);
  EXPECT_FALSE(status.interfaces[0].attached());
  EXPECT_TRUE(status.interfaces[1].attached());
}

TEST_F(Attach, KnowsANameWithADot) {  // bpffs does not
  lab_.gate().shell(
      "ip link set sw0 down && ip link set sw0 name sw0.100 && ip link set sw0.100 up");
  config_.interfaces = {"sw0.100"};
  ASSERT_OK(lab_.attach(config_));
  EXPECT_TRUE(lab_.status(config_).interfaces.front().attached());
  EXPECT_EQ(dataplane::pinned_interfaces(config_.pin_path), config_.interfaces);
  ASSERT_OK(lab_.detach(config_.pin_path, {"sw0.100"}));
  EXPECT_FALSE(lab_.status(config_).interfaces.front().attached());
}

TEST_F(Attach, CoversAnInterfaceThatWasMadeAnew) {
  ASSERT_OK(lab_.attach(config_));
  lab_.sever();
  lab_.join();
  EXPECT_FALSE(sw0().attached()) << "the old link is severed: nothing enforces";
  ASSERT_OK(lab_.attach(config_));
  EXPECT_EQ(sw0().hook, Hook::kNative);
}

TEST_F(Attach, SaysWhatIsMissing) {
  config_.interfaces = {"sw7"};
  EXPECT_NE(lab_.attach(config_).error().find("there is no interface sw7"), std::string::npos);
  config_.interfaces = {"sw0"};
  config_.pin_path = "/run/sw-no-bpffs";
  EXPECT_NE(lab_.attach(config_).error().find("mount -t bpf"), std::string::npos);
  EXPECT_FALSE(pinned());
}

TEST_F(Attach, OneAtATime) {
  ASSERT_OK(lab_.attach(config_));
  const dataplane::Descriptor other{::open(config_.pin_path.c_str(), O_RDONLY | O_DIRECTORY)};
  ASSERT_EQ(::flock(other.get(), LOCK_EX), 0);
  EXPECT_NE(lab_.attach(config_).error().find("another sipward-gate"), std::string::npos);
}

TEST_F(Attach, GivesTheGroupTheRowsAndNothingElse) {
  ASSERT_OK(lab_.attach(config_));
  const std::pair<const char*, unsigned> modes[] = {{"", 0750},
                                                    {"/bindings4", 0660},
                                                    {"/bindings6", 0660},
                                                    {"/counters", 0640},
                                                    {"/meta", 0640},
                                                    {"/interfaces", 0640},
                                                    {"/sources", 0640},
                                                    {"/totals", 0640},
                                                    {"/link_xdp_sw0", 0600},
                                                    {"/prog_gate_sw0", 0600},
                                                    {"/prog_tag_sw0", 0600},
                                                    {"/link_tc_sw0", 0600}};
  for (const auto& [name, mode] : modes) {
    struct stat info {};
    ASSERT_EQ(::stat((config_.pin_path + name).c_str(), &info), 0) << name;
    EXPECT_EQ(info.st_mode & 07777U, mode) << name;
    EXPECT_EQ(info.st_gid, 65534U) << name;
  }
}

TEST_F(Attach, WarnsWhenTheGroupIsMissing) {
  config_.group = "no-such-group";
  const auto report = lab_.attach(config_);
  ASSERT_OK(report);
  ASSERT_EQ(report->warnings.size(), 1U);
  EXPECT_NE(report->warnings.front().find("no group 'no-such-group'"), std::string::npos);
}

TEST_F(Attach, CountsForEachInterfaceByName) {
  ASSERT_OK(lab_.attach(config_));
  const UdpPeer gate(lab_.gate(), kGate4, kSip);
  const UdpPeer stranger(lab_.ue(), kPeer4, kUePort);
  stranger.send("MESSAGE sip:bob@home1.example SIP/2.0\r\n", kGate4, kSip);
  stranger.send("REGISTER sip:home1.example SIP/2.0\r\n", kGate4, kSip);
  ASSERT_TRUE(gate.receive());
  const auto counters = dataplane::read_counters(config_.pin_path);
  ASSERT_OK(counters);
  EXPECT_EQ(counters->size(), std::size_t{SIPWARD_REASON_COUNT});
  for (const dataplane::NamedCounter& one : *counters) {
    EXPECT_EQ(one.interface, "sw0");
    EXPECT_FALSE(one.text.empty());
    const bool counted = one.name == "unbound" || one.name == "register_admitted";
    EXPECT_EQ(one.packets, counted ? 1U : 0U) << one.name;
    EXPECT_EQ(one.bytes > 0, counted) << one.name;
  }
}

TEST_F(Attach, DetachLeavesNothing) {
  for (const auto carrier : {dataplane::TagCarrier::kTcx, dataplane::TagCarrier::kClsact}) {
    SCOPED_TRACE(carrier_name(carrier));
    config_.tag_carrier = carrier;
    ASSERT_OK(lab_.attach(config_));
    const auto report = lab_.detach(config_.pin_path);
    ASSERT_OK(report);
    EXPECT_EQ(report->done.front(), "sw0: detached");
    EXPECT_FALSE(pinned());
    EXPECT_FALSE(sw0().attached());
    EXPECT_EQ(sw0().foreign, std::nullopt);
    EXPECT_EQ(sw0().tag, std::nullopt);
    lab_.gate().shell("! tc qdisc show dev sw0 | grep -q clsact");
    lab_.gate().shell("! ip link show dev sw0 | grep -q xdp");
  }
}

TEST_F(Attach, DetachLeavesAQdiscThatSomebodyElseUses) {
  const auto has_clsact = "tc qdisc show dev sw0 | grep -q clsact";
  config_.tag_carrier = dataplane::TagCarrier::kClsact;
  ASSERT_OK(lab_.attach(config_));
  put_foreign_filter(lab_);
  ASSERT_OK(lab_.detach(config_.pin_path));
  lab_.gate().shell(has_clsact);

  lab_.gate().shell("tc filter del dev sw0 egress");
  ASSERT_OK(lab_.attach(config_));
  ASSERT_OK(lab_.detach(config_.pin_path));
  lab_.gate().shell(has_clsact);  // it was there before us
}

TEST_F(Attach, KnowsWhatAKilledRunDidNotPin) {
  for (const auto carrier : {dataplane::TagCarrier::kTcx, dataplane::TagCarrier::kClsact}) {
    SCOPED_TRACE(carrier_name(carrier));
    config_.tag_carrier = carrier;
    ASSERT_OK(lab_.attach(config_));
    for (const auto pin : {dataplane::Pin::kGateProgram, dataplane::Pin::kTagProgram}) {
      ASSERT_EQ(::unlink(dataplane::pin_of(config_.pin_path, pin, "sw0").c_str()), 0);
    }
    EXPECT_EQ(sw0().tag, carrier);
    ASSERT_OK(lab_.attach(config_));
    EXPECT_EQ(sw0().tag, carrier);
    ASSERT_OK(lab_.detach(config_.pin_path));
    EXPECT_EQ(sw0().tag, std::nullopt);
    EXPECT_FALSE(sw0().attached());
  }
}

TEST_F(Attach, DetachOfOneInterfaceKeepsTheMaps) {
  ASSERT_OK(lab_.attach(config_));
  ASSERT_OK(lab_.detach(config_.pin_path, {"sw0"}));
  EXPECT_FALSE(sw0().attached());
  EXPECT_TRUE(dataplane::Bindings::open(config_.pin_path).ok());
  const auto again = lab_.detach(config_.pin_path, {"sw0"});
  ASSERT_OK(again);
  EXPECT_TRUE(again->done.empty());
  EXPECT_EQ(again->warnings.size(), 1U);
}

TEST_F(Attach, DetachWorksOnRuins) {
  EXPECT_TRUE(lab_.detach(config_.pin_path).ok()) << "nothing was there";
  ASSERT_OK(lab_.attach(config_));
  for (const char* lost : {"/meta", "/interfaces", "/prog_gate_sw0", "/bindings4"}) {
    std::filesystem::remove(config_.pin_path + lost);
  }
  ASSERT_OK(lab_.detach(config_.pin_path));
  EXPECT_FALSE(pinned());
  EXPECT_FALSE(sw0().attached());
}

}  // namespace
}  // namespace sipward::test
