// SPDX-License-Identifier: Apache-2.0
#include "agent/dataplane/kernel_facts.h"

#include <linux/capability.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <fstream>
#include <iterator>

#include "agent/dataplane/kernel_probes.h"
#include "agent/dataplane/settings.h"

namespace sipward::dataplane {

namespace {

constexpr std::uint64_t kKibibyte = 1'024;

struct Capability {
  unsigned number;
  const char* name;
};
constexpr std::array<Capability, 3> kNeeded{
    {{CAP_NET_ADMIN, "CAP_NET_ADMIN"}, {CAP_PERFMON, "CAP_PERFMON"}, {CAP_BPF, "CAP_BPF"}}};

std::vector<std::string> missing_capabilities() {
  __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> sets{};
  ::syscall(SYS_capget, &header, sets.data());
  std::vector<std::string> missing;
  for (const Capability& one : kNeeded) {
    if ((sets[CAP_TO_INDEX(one.number)].effective & CAP_TO_MASK(one.number)) == 0) {
      missing.emplace_back(one.name);
    }
  }
  return missing;
}

std::optional<std::uint64_t> read_available_memory() {
  std::ifstream file("/proc/meminfo");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  return parse_available_memory(text);
}

std::optional<std::uint64_t> parse_number(std::string_view& text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{}) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

void probe(KernelFacts& facts, const GateConfig& config) {
  const ProgramProbe xdp = probe_xdp();
  facts.xdp = xdp.loads;
  if (xdp.loads) facts.jit = xdp.jit;
  facts.tc = probe_tc();
  facts.type_info = probe_type_info();
  facts.tcx = probe_tcx();
  if (!*facts.tcx || config.tag_carrier == TagCarrier::kClsact) facts.clsact = probe_clsact();
  facts.missing_maps = find_missing_maps();
  // A configuration that attach refuses has nothing to load.
  facts.tried = !find_fault(config);
  if (facts.tried) facts.refused = probe_gate(config);
}

}  // namespace

std::optional<KernelVersion> parse_release(std::string_view release) {
  const auto major = parse_number(release);
  if (!major || !release.starts_with('.')) return std::nullopt;
  release.remove_prefix(1);
  const auto minor = parse_number(release);
  if (!minor) return std::nullopt;
  return KernelVersion{.major = static_cast<std::uint32_t>(*major),
                       .minor = static_cast<std::uint32_t>(*minor)};
}

std::optional<std::uint64_t> parse_available_memory(std::string_view meminfo) {
  constexpr std::string_view kName = "MemAvailable:";
  const std::size_t at = meminfo.find(kName);
  if (at == std::string_view::npos) return std::nullopt;
  meminfo.remove_prefix(at + kName.size());
  meminfo.remove_prefix(std::min(meminfo.find_first_not_of(' '), meminfo.size()));
  const auto kibibytes = parse_number(meminfo);
  if (!kibibytes) return std::nullopt;
  return *kibibytes * kKibibyte;
}

KernelFacts read_kernel(const GateConfig& config) {
  KernelFacts facts;
  utsname names{};
  if (::uname(&names) == 0) facts.release = names.release;
  facts.cpus = static_cast<std::uint32_t>(std::max(::sysconf(_SC_NPROCESSORS_CONF), 1L));
  facts.missing_capabilities = missing_capabilities();
  facts.receive_mark = probe_receive_mark();
  facts.vmlinux_types = ::access("/sys/kernel/btf/vmlinux", F_OK) == 0;
  facts.available_memory = read_available_memory();
  if (facts.missing_capabilities.empty()) probe(facts, config);
  return facts;
}

}  // namespace sipward::dataplane
