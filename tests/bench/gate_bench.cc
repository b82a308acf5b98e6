// SPDX-License-Identifier: Apache-2.0
// Nanoseconds per verdict of the gate, by BPF_PROG_TEST_RUN, beside an empty XDP program. All cases
// are measured in turn, many rounds, in one run: the medians of one run can be compared, those of
// two machines or moments cannot. Needs root.
//
//   gate_bench [--json FILE]
#include <bpf/bpf.h>
#include <linux/bpf.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "agent/dataplane/descriptor.h"
#include "tests/kernel/lab.h"

namespace sipward::test {
namespace {

constexpr std::uint32_t kRows = 65'536;
constexpr int kRounds = 61;
// Runs in one system call. A packet that is tagged has room for about thirty tags; so few runs are
// cold, and are compared with as few of the empty program.
constexpr std::uint32_t kHot = 20'000;
constexpr std::uint32_t kTagged = 24;

constexpr std::string_view kMessage = "MESSAGE sip:bob@home1.example SIP/2.0\r\n";
constexpr std::string_view kRegister = "REGISTER sip:home1.example SIP/2.0\r\n";

struct Case {
  std::string name;
  std::string counter;  ///< where every run must have been counted; empty: nowhere
  Frame frame;
  std::vector<std::uint32_t> samples;

  [[nodiscard]] bool tagged() const { return counter == "bound" || counter == "register_admitted"; }
  [[nodiscard]] std::uint32_t runs() const { return tagged() ? kTagged : kHot; }
  [[nodiscard]] std::uint32_t median() {
    const auto middle = samples.begin() + static_cast<std::ptrdiff_t>(samples.size() / 2);
    std::nth_element(samples.begin(), middle, samples.end());
    return *middle;
  }
};

std::vector<Case> cases() {
  return {
      {"not IP (ARP)", "", from_ue4(kMessage).ethertype(0x0806), {}},
      {"another port of the host", "", from_ue4(kMessage).udp(kUePort, 53), {}},
      {"stranger, IPv4", "unbound", from_ue4(kMessage).ip("192.0.2.1", kGate4), {}},
      {"stranger, IPv6", "unbound", from_ue6(kMessage).ip("2001:db8:9::9", kGate6), {}},
      {"stranger's REGISTER", "register_admitted", from_ue4(kRegister).ip("192.0.2.1", kGate4), {}},
      {"stranger's CRLF, over budget",
       "keepalive_limited",
       from_ue4("\r\n").ip("192.0.2.1", kGate4),
       {}},
      {"malformed", "malformed_ip", from_ue4(kMessage).claim_ihl(4), {}},
      {"later fragment", "fragment_admitted", from_ue4("x").fragment(1'480, false), {}},
      {"bound by a port row, IPv4", "bound", from_ue4(kMessage), {}},
      {"bound by an address row, IPv4", "bound", from_ue4(kMessage).ip("203.0.113.8", kGate4), {}},
      {"bound by a port row, IPv6", "bound", from_ue6(kMessage), {}},
      {"bound, two VLAN tags and options",
       "bound",
       from_ue4(kMessage).vlan(7).vlan(8).ipv4_options(8),
       {}},
      {"bound, IPv6, three extension headers",
       "bound",
       from_ue6(kMessage).extension(0).extension(60).extension(60),
       {}},
  };
}

dataplane::Descriptor load_empty() {
  const bpf_insn code[] = {
      {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .src_reg = 0, .off = 0, .imm = XDP_PASS},
      {.code = BPF_JMP | BPF_EXIT, .dst_reg = 0, .src_reg = 0, .off = 0, .imm = 0}};
  return dataplane::Descriptor{bpf_prog_load(BPF_PROG_TYPE_XDP, "empty", "GPL", code, 2, nullptr)};
}

dataplane::GateConfig bench_config() {
  auto config = test_config();
  config.max_bindings = kRows;
  config.register_budget = {.per_source = 1'000'000'000, .total = 1'000'000'000};
  config.keepalive_budget = {.per_source = 0, .total = 0};
  return config;
}

/// The UEs of the cases, and as many others as the maps hold, nearly.
void fill(dataplane::Bindings& bindings) {
  std::vector<RowOf> rows{RowOf{}, RowOf{.ip = "203.0.113.8", .port = 0}, RowOf{.ip = kUe6}};
  for (std::uint32_t i = 0; i < kRows * 9 / 10; ++i) {
    rows.push_back({.ip = "198.18.0.1", .port = static_cast<std::uint16_t>(1 + i)});
    rows.push_back({.ip = "2001:db8:2::1", .port = static_cast<std::uint16_t>(1 + i)});
  }
  for (const RowOf& one : rows) {
    if (bindings.install(row(one)) != dataplane::InstallStatus::kInstalled) {
      throw std::runtime_error("a row was not installed");
    }
  }
}

void measure(GateUnderTest& gate, Case& c) {
  const auto counted = [&] { return c.counter.empty() ? 0 : gate.packets(c.counter); };
  const std::uint64_t before = counted();
  c.samples.push_back(gate.repeat(c.frame, c.runs()).nanoseconds);
  const std::uint64_t expected = c.counter.empty() ? 0 : c.runs();
  if (counted() - before != expected) throw std::runtime_error(c.name + ": not the verdict meant");
}

/// The empty program, measured as often in a call as the cases it is compared with.
struct Empty {
  Case hot{"empty XDP program", "", from_ue4(kMessage), {}};
  Case tagged{"empty XDP program, few runs", "", from_ue4(kMessage), {}};

  void measure(int program) {
    hot.samples.push_back(run_many(program, hot.frame, kHot).nanoseconds);
    tagged.samples.push_back(run_many(program, tagged.frame, kTagged).nanoseconds);
  }
};

nlohmann::json report(Empty& empty, std::vector<Case>& measured) {
  nlohmann::json rows = nlohmann::json::array();
  std::printf("%-40s %8s %8s\n", "case", "ns", "x empty");
  const auto add = [&](Case& c, Case& base) {
    const double ratio = static_cast<double>(c.median()) / base.median();
    std::printf("%-40s %8u %8.2f\n", c.name.c_str(), c.median(), ratio);
    rows.push_back({{"case", c.name}, {"ns", c.median()}, {"ratio_to_empty", ratio}});
  };
  for (const bool tagged : {false, true}) {
    Case& base = tagged ? empty.tagged : empty.hot;
    add(base, base);
    for (Case& c : measured) {
      if (c.tagged() == tagged) add(c, base);
    }
  }
  return {{"rows_in_each_map", kRows * 9 / 10}, {"rounds", kRounds}, {"cases", rows}};
}

int run(const std::string& json_file) {
  GateUnderTest gate(bench_config());
  fill(gate.bindings());
  const dataplane::Descriptor program = load_empty();
  Empty empty;
  std::vector<Case> measured = cases();
  for (int round = 0; round < kRounds; ++round) {
    empty.measure(program.get());
    for (Case& c : measured) measure(gate, c);
  }
  const nlohmann::json result = report(empty, measured);
  if (!json_file.empty()) std::ofstream(json_file) << result.dump(2) << '\n';
  return 0;
}

}  // namespace
}  // namespace sipward::test

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  const bool json = arguments.size() == 2 && arguments[0] == "--json";
  try {
    return sipward::test::run(json ? arguments[1] : "");
  } catch (const std::exception& error) {
    std::fprintf(stderr, "gate_bench: %s\n", error.what());
    return 1;
  }
}
