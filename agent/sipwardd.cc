// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <string>

#include "agent/node/daemon.h"
#include "agent/ops/config.h"
#include "agent/ops/version.h"

namespace {

using sipward::ops::Config;

struct Options {
  std::string config{sipward::ops::kDefaultConfigPath};
  bool check = false;
};

int check(const Config& config) {
  std::printf("configuration ok\n%s", sipward::ops::describe(config).c_str());
  return 0;
}

int run(const Options& options) {
  const auto config = sipward::ops::load_config(options.config);
  if (!config) {
    for (const std::string& line : config.error()) std::fprintf(stderr, "%s\n", line.c_str());
    return 1;
  }
  if (options.check) return check(*config);
  sipward::node::run_daemon(*config);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app("sipwardd: P-CSCF and S-CSCF with origin authentication (TS 33.203 N, O, Q)");
  app.add_option("--config", options.config, "configuration file")->capture_default_str();
  app.add_flag("--check-config", options.check, "check the configuration file and end");
  app.set_version_flag("--version", "sipwardd " + std::string(sipward::ops::kVersion));
  CLI11_PARSE(app, argc, argv);
  try {
    return run(options);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "sipwardd: %s\n", error.what());
    return 1;
  }
}
