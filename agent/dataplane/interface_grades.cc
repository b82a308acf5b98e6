// SPDX-License-Identifier: Apache-2.0
#include "agent/dataplane/interface_grades.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "agent/dataplane/xdp_features.h"

namespace sipward::dataplane {

namespace {

using Grade = Finding::Grade;
using Program = InterfaceFacts::Program;

/// A page, less headroom (256), the room for skb_shared_info (320), Ethernet (14) and two VLAN tags
/// (8): what native XDP takes without rx-sg. Drivers' own limits are near it.
constexpr std::uint32_t kMaxLinearMtu = 3'498;

/// For kernels before 6.3, which do not say what a driver can do.
constexpr std::array<std::string_view, 24> kNativeDrivers{
    "atlantic", "bnxt_en",   "ena",           "fsl_dpaa2_eth", "gve",   "hv_netvsc",
    "i40e",     "ice",       "igb",           "igc",           "ixgbe", "ixgbevf",
    "mlx4_en",  "mlx5_core", "mvneta",        "mvpp2",         "nfp",   "qede",
    "sfc",      "stmmac",    "thunder-nicvf", "tun",           "veth",  "virtio_net"};

template <class List>
bool contains(const List& list, std::string_view name) {
  return std::ranges::find(list, name) != std::end(list);
}

/// Grades one interface, topic by topic.
class InterfaceGrader {
 public:
  InterfaceGrader(const InterfaceFacts& facts, const GateConfig& config, const KernelFacts& kernel)
      : facts_(facts), config_(config), kernel_(kernel) {}

  Findings grade();

 private:
  void say(Grade grade, std::string what, std::string remedy = {}) {
    findings_.push_back({.grade = grade,
                         .subject = facts_.name,
                         .what = std::move(what),
                         .remedy = std::move(remedy)});
  }
  /// What native mode does not bear.
  void stop(std::string what, std::string remedy);
  void grade_state();
  void grade_program();
  void grade_tag();
  bool grade_queues();
  void grade_native();
  void say_not_native();
  void grade_mtu();
  void grade_lro();
  void grade_vlan_tags();
  void grade_master();

  [[nodiscard]] const std::string& driver() const { return facts_.driver.driver; }

  const InterfaceFacts& facts_;
  const GateConfig& config_;
  const KernelFacts& kernel_;
  Findings findings_;
};

void InterfaceGrader::stop(std::string what, std::string remedy) {
  if (config_.allow_generic) {
    say(Grade::kAdvice,
        what + ": it would be attached in generic mode, where a flood costs far more",
        std::move(remedy));
  } else {
    say(Grade::kObstacle, std::move(what),
        std::move(remedy) + "; or allow_generic = true, which is slow");
  }
}

void InterfaceGrader::grade_state() {
  if (facts_.link->up) return;
  say(Grade::kAdvice, "is down: no packet comes in",
      fmt::format("ip link set dev {} up", facts_.name));
}

void InterfaceGrader::grade_program() {
  if (facts_.program == Program::kUnknown) {
    say(Grade::kAdvice,
        fmt::format("runs the XDP program {}; whose it is could not be seen",
                    facts_.running.text()),
        "run the check as root");
  } else if (facts_.program == Program::kForeign) {
    say(Grade::kObstacle,
        fmt::format("runs the XDP program {}, which is not ours", facts_.running.text()),
        fmt::format("take it off (ip link set dev {} xdp off, or the tool that owns it), or leave "
                    "the interface out of gate.interfaces",
                    facts_.name));
  }
}

/// Only clsact has priorities and handles; tcx goes before all of it.
void InterfaceGrader::grade_tag() {
  const bool by_tcx = config_.tag_carrier == TagCarrier::kTcx ||
                      (config_.tag_carrier == TagCarrier::kAuto && kernel_.tcx.value_or(true));
  if (!facts_.tag_clash || by_tcx) return;
  say(Grade::kObstacle,
      fmt::format("has a tc ingress filter where the tag program goes: {}",
                  facts_.tag_clash->text()),
      fmt::format("move it to another priority (tc filter show dev {} ingress), or use tcx "
                  "(kernel 6.6, gate.tag_carrier)",
                  facts_.name));
}

/// True: too few, and native mode is refused for it.
bool InterfaceGrader::grade_queues() {
  const auto& channels = facts_.driver.channels;
  if (!channels) return false;
  const bool pairs = driver() == "ena" || driver() == "gve";
  if (pairs && 2 * channels->tx > channels->max_tx) {
    stop(fmt::format("{} needs a second queue for each queue in use: {} of {} are in use", driver(),
                     channels->tx, channels->max_tx),
         fmt::format("ethtool -L {} combined {}", facts_.name, std::max(channels->max_tx / 2, 1U)));
    return true;
  }
  if (driver() == "virtio_net" && channels->tx + kernel_.cpus > channels->max_tx) {
    say(Grade::kAdvice,
        fmt::format("virtio_net uses {} of {} queues, and XDP would want one more for each of {} "
                    "CPUs: kernels since 5.13 attach all the same, and only sending from XDP gets "
                    "slower, which the gate never does",
                    channels->tx, channels->max_tx, kernel_.cpus),
        fmt::format("nothing; to quieten dmesg, give the machine {} queues",
                    channels->tx + kernel_.cpus));
  }
  return false;
}

void InterfaceGrader::say_not_native() {
  const std::string& kind = facts_.link->kind;
  if (kind == "vlan") {
    stop(fmt::format("is a VLAN of {}: VLANs have no native XDP", facts_.parent),
         fmt::format("list {} in gate.interfaces instead: the gate reads up to two VLAN tags, and "
                     "the VIDs are matched there",
                     facts_.parent));
  } else if (kind == "bridge" || kind == "team") {
    stop(fmt::format("is a {0}: {0}s have no native XDP", kind),
         "list its ports in gate.interfaces instead");
  } else if (kind == "bond") {
    stop(
        "is a bond without native XDP: each of its ports must have it, and its mode must be "
        "balance-rr, active-backup, balance-xor or 802.3ad",
        "change that, or list its ports in gate.interfaces instead");
  } else if (!facts_.parent.empty()) {
    stop(fmt::format("is a {} on {} and has no native XDP", kind, facts_.parent),
         fmt::format("list {} in gate.interfaces instead", facts_.parent));
  } else {
    stop(fmt::format("driver {} has no native XDP as it is set up now",
                     driver().empty() ? "(unknown)" : driver()),
         "another driver or device; dmesg may say which of its settings is in the way");
  }
}

void InterfaceGrader::grade_native() {
  const bool stacked =
      contains(std::array{"vlan", "bridge", "macvlan", "ipvlan"}, facts_.link->kind);
  if (facts_.xdp_features) {
    if ((*facts_.xdp_features & kXdpBasic) == 0) return say_not_native();
    say(Grade::kGood, fmt::format("driver {}: native XDP, says the kernel", driver()));
  } else if (contains(kNativeDrivers, driver())) {
    say(Grade::kGood, fmt::format("driver {}: known to have native XDP", driver()));
  } else if (stacked) {
    say_not_native();
  } else {
    say(Grade::kAdvice,
        fmt::format("driver {}: whether it has native XDP, a kernel before 6.3 does not say",
                    driver().empty() ? "(unknown)" : driver()),
        "try sipward-gate attach: what fails is undone");
  }
}

void InterfaceGrader::grade_mtu() {
  const std::uint32_t mtu = facts_.link->mtu;
  const bool native = (facts_.xdp_features.value_or(kXdpBasic) & kXdpBasic) != 0;
  if (mtu <= kMaxLinearMtu || !native) return;
  const std::string remedy = fmt::format("ip link set dev {} mtu {}, or less if dmesg says so",
                                         facts_.name, kMaxLinearMtu);
  if (!facts_.xdp_features) {
    say(Grade::kAdvice,
        fmt::format("MTU {}: whether the driver has XDP for frames of more than a page, a kernel "
                    "before 6.3 does not say",
                    mtu),
        "if attach fails: " + remedy);
  } else if ((*facts_.xdp_features & kXdpScattered) == 0) {
    stop(fmt::format("MTU {}: this driver has no XDP for frames of more than a page (no rx-sg)",
                     mtu),
         remedy);
  } else {
    say(Grade::kGood, fmt::format("MTU {}: the driver has XDP for such frames (rx-sg)", mtu));
  }
}

void InterfaceGrader::grade_lro() {
  if (!facts_.driver.lro) return;
  const std::string remedy = fmt::format("ethtool -K {} lro off", facts_.name);
  if (contains(std::array{"mlx5_core", "ixgbe"}, driver())) {
    stop(fmt::format("LRO is on, and {} then refuses native XDP", driver()), remedy);
  } else {
    say(Grade::kAdvice, "LRO is on: many drivers then refuse native XDP", remedy);
  }
}

void InterfaceGrader::grade_vlan_tags() {
  if (!facts_.carries_vlans || !facts_.driver.strips_vlan_tags) return;
  say(Grade::kAdvice,
      "the device takes VLAN tags off before the gate sees a frame (rxvlan): the gate then takes "
      "all for untagged, and no anchor knows its VLAN",
      fmt::format("ethtool -K {} rxvlan off", facts_.name));
}

void InterfaceGrader::grade_master() {
  if (facts_.link->port_of_kind != "bond" && facts_.link->port_of_kind != "team") return;
  if (contains(config_.interfaces, facts_.master)) {
    say(Grade::kObstacle,
        fmt::format("is a port of {0}, which is listed too: an XDP program on {0} forbids one here",
                    facts_.master),
        "list one or the other");
  } else {
    say(Grade::kAdvice,
        fmt::format("is a port of {0}: what comes in by another port of {0} meets no gate",
                    facts_.master),
        fmt::format("list {0} instead, or all of its ports", facts_.master));
  }
}

Findings InterfaceGrader::grade() {
  if (!facts_.link) {
    say(Grade::kAdvice, "there is no such interface now: the service attaches when it appears",
        "check its name (ip link) if it should be there");
    return std::move(findings_);
  }
  grade_state();
  grade_program();
  grade_tag();
  grade_vlan_tags();
  if (facts_.program == Program::kOurs) {
    say(Grade::kGood, "the gate is attached: attach replaces its program in place");
    return std::move(findings_);
  }
  if (!grade_queues()) grade_native();
  grade_mtu();
  grade_lro();
  grade_master();
  return std::move(findings_);
}

}  // namespace

Findings grade_interface(const InterfaceFacts& facts, const GateConfig& config,
                         const KernelFacts& kernel) {
  return InterfaceGrader(facts, config, kernel).grade();
}

}  // namespace sipward::dataplane
