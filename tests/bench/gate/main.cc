// SPDX-License-Identifier: Apache-2.0
// The gate under live frames, beside bare XDP programs, nftables and ipset; memory of a binding,
// and how fast bindings are installed. All receivers exist for the whole run and are measured in
// turn, round after round: the ratios of one run mean something, its nanoseconds do not. Needs
// root, nftables, ipset and iptables; lives in namespaces without names, which end with it.
#include <sys/utsname.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <fstream>
#include <string>

#include "tests/bench/gate/live.h"
#include "tests/bench/gate/rates.h"

namespace sipward::bench {
namespace {

struct Options {
  std::string json_file;
  std::uint32_t rounds = 0;
  bool quick = false;
};

std::string kernel_release() {
  utsname name{};
  ::uname(&name);
  return name.release;
}

void run(const Options& options) {
  Plan plan = options.quick ? make_quick_plan() : Plan{};
  if (options.rounds != 0) plan.rounds = options.rounds;
  LiveBench live(plan);
  Rates rates(live.generator(), plan.many_rows);
  Results results;
  for (std::uint32_t round = 0; round < plan.rounds; ++round) {
    std::fprintf(stderr, "round %u of %u\n", round + 1, plan.rounds);
    live.run_round(results);
    rates.run_round();
  }
  live.add_targets(results);
  results.add(Target{.name = "octets of kernel memory per binding",
                     .value = live.memory_per_binding(),
                     .limit = 600,
                     .at_most = true});
  rates.add_targets(results);
  results.print();
  rates.print();
  if (options.quick) std::printf("--quick: it works; the figures mean nothing\n");
  if (options.json_file.empty()) return;
  nlohmann::json json = results.to_json();
  json["kernel"] = kernel_release();
  json["rounds"] = plan.rounds;
  json["quick"] = options.quick;
  json["install"] = rates.to_json();
  std::ofstream(options.json_file) << json.dump(2) << '\n';
}

}  // namespace
}  // namespace sipward::bench

int main(int argc, char** argv) {
  sipward::bench::Options options;
  CLI::App app("The gate under live frames.", "gate_live_bench");
  app.add_option("--json", options.json_file, "also write the results there");
  app.add_option("--rounds", options.rounds, "default: 7, with --quick 2")
      ->check(CLI::Range(1, 99));
  app.add_flag("--quick", options.quick, "few packets and bindings: shows that it works, no more");
  CLI11_PARSE(app, argc, argv);
  try {
    sipward::bench::run(options);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "gate_live_bench: %s\n", error.what());
    return 1;
  }
}
