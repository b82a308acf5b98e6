// SPDX-License-Identifier: Apache-2.0
#include "agent/dataplane/sysctl_grades.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>

namespace sipward::dataplane {

namespace {

using Grade = Finding::Grade;

constexpr const char* kShipped = " (sipward ships it in sysctl.d/60-sipward.conf)";

Finding about_sysctl(Grade grade, std::string what, std::string remedy = {}) {
  return {
      .grade = grade, .subject = "sysctl", .what = std::move(what), .remedy = std::move(remedy)};
}

/// As sysctl(8) writes it. A dot inside a name, as of a VLAN, is a slash there.
std::string dotted(std::string name) {
  for (char& c : name) c = c == '/' ? '.' : c == '.' ? '/' : c;
  return name;
}

bool has_streams(const GateConfig& config) {
  return std::ranges::any_of(config.listeners,
                             [](const Listener& one) { return sip::is_reliable(one.transport); });
}

bool has_family(const GateConfig& config, bool v4) {
  return std::ranges::any_of(config.listeners,
                             [&](const Listener& one) { return one.local.ip.is_v4() == v4; });
}

void grade_streams(const Sysctl& read, Findings& findings) {
  const auto accept = read("net/ipv4/tcp_fwmark_accept");
  if (accept == 0) {
    findings.push_back(about_sysctl(
        Grade::kAdvice,
        "net.ipv4.tcp_fwmark_accept is 0: the gate's tag of a SYN does not reach the socket that "
        "is accepted, and its connection counts as untagged",
        std::string("sysctl -w net.ipv4.tcp_fwmark_accept=1") + kShipped));
  } else if (accept) {
    findings.push_back(about_sysctl(Grade::kGood, "a SYN's tag reaches the accepted socket"));
  }
  if (read("net/ipv4/tcp_syncookies") == 0) {
    findings.push_back(about_sysctl(Grade::kAdvice,
                                    "net.ipv4.tcp_syncookies is 0: SYNs that the gate admits can "
                                    "fill the listener's queue",
                                    "sysctl -w net.ipv4.tcp_syncookies=1"));
  }
}

/// Source routing of each kind works when both the interface's word and the one of all allow it.
struct SourceRouting {
  const char* family;
  const char* name;
};
constexpr SourceRouting kSourceRoutings[] = {
    {"ipv4", "accept_source_route"}, {"ipv6", "seg6_enabled"}, {"ipv6", "rpl_seg_enabled"}};

void grade_source_routing(const std::string& interface, const Sysctl& read, Findings& findings) {
  for (const SourceRouting& one : kSourceRoutings) {
    const auto name = [&](const std::string& scope) {
      return fmt::format("net/{}/conf/{}/{}", one.family, scope, one.name);
    };
    const std::string own = name(interface);
    if (read(own).value_or(0) <= 0 || read(name("all")).value_or(0) <= 0) continue;
    findings.push_back(about_sysctl(
        Grade::kAdvice,
        fmt::format("{} is on for {}: a packet aimed at another local address can go around the "
                    "gate to a guarded one",
                    one.name, interface),
        fmt::format("sysctl -w {}=0", dotted(own))));
  }
}

void grade_reverse_path(const std::string& interface, const Sysctl& read, Findings& findings) {
  const auto own = read(fmt::format("net/ipv4/conf/{}/rp_filter", interface));
  if (!own) return;
  const long word = std::max(*own, read("net/ipv4/conf/all/rp_filter").value_or(0));
  const char* mode = word == 0 ? "off" : word == 1 ? "strict" : "loose";
  findings.push_back(
      about_sysctl(Grade::kGood, fmt::format("the kernel's rp_filter on {} is {}; the gate judges "
                                             "before it",
                                             interface, mode)));
}

void grade_forwarding(const GateConfig& config, const Sysctl& read, Findings& findings) {
  const auto say = [&](const std::string& name) {
    findings.push_back(about_sysctl(
        Grade::kAdvice,
        fmt::format("{} is 1: this host routes, and what another interface routes to a guarded "
                    "address meets no gate there; in enforce mode sipwardd refuses it as untagged",
                    dotted(name)),
        fmt::format("list every interface that strangers reach in gate.interfaces, or sysctl -w "
                    "{}=0",
                    dotted(name))));
  };
  constexpr const char* kForward4 = "net/ipv4/ip_forward";
  constexpr const char* kForward6 = "net/ipv6/conf/all/forwarding";
  if (has_family(config, true) && read(kForward4).value_or(0) > 0) say(kForward4);
  if (has_family(config, false) && read(kForward6).value_or(0) > 0) say(kForward6);
}

}  // namespace

std::optional<long> read_sysctl(const std::string& name) {
  std::ifstream file("/proc/sys/" + name);
  long number = 0;
  if (!(file >> number)) return std::nullopt;
  return number;
}

Findings grade_sysctls(const GateConfig& config, const Sysctl& read) {
  Findings findings;
  if (has_streams(config)) grade_streams(read, findings);
  for (const std::string& interface : config.interfaces) {
    grade_source_routing(interface, read, findings);
    grade_reverse_path(interface, read, findings);
  }
  grade_forwarding(config, read, findings);
  return findings;
}

}  // namespace sipward::dataplane
