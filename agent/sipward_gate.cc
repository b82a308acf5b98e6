// SPDX-License-Identifier: Apache-2.0
// sipward-gate: loads the gate, attaches it, pins it, and has nothing to do with packets.
#include <cap-ng.h>
#include <grp.h>
#include <sys/prctl.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdio>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "agent/dataplane/gate.h"
#include "agent/gate_check.h"
#include "agent/gate_config.h"
#include "agent/gate_report.h"
#include "agent/gate_service.h"
#include "agent/ops/config.h"
#include "agent/ops/version.h"

namespace sipward {
namespace {

using dataplane::GateConfig;

constexpr int kFailed = 1;
constexpr int kNotAttached = 3;  ///< `status`: an interface of the configuration has no gate

struct Options {
  std::string config{ops::kDefaultConfigPath};
  std::string pin_path;
  std::vector<std::string> interfaces;
  bool json = false;
};

// ---- configuration ----

std::optional<GateConfig> load(const Options& options) {
  auto config = load_gate_config(options.config);
  if (config && !options.pin_path.empty()) config->pin_path = options.pin_path;
  return config;
}

/// For commands that must work whatever has become of the file.
GateConfig load_if_possible(const Options& options) {
  GateConfig fallback;
  if (!options.pin_path.empty()) fallback.pin_path = options.pin_path;
  try {
    return load(options).value_or(fallback);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "sipward-gate: %s: going on with --pin-path %s\n", error.what(),
                 fallback.pin_path.c_str());
    return fallback;
  }
}

// ---- privileges ----

/// The owner of a file may give it to a group that he is in: that is what is left of root's rights
/// when the capabilities are gone. Where we may not, the unit has done it.
void join_group(const std::string& name) {
  const group* entry = ::getgrnam(name.c_str());
  if (entry != nullptr && ::setgroups(1, &entry->gr_gid) != 0) errno = 0;
}

/// What loading and attaching needs, and nothing else; before any work is done.
void keep_three_capabilities(const std::string& group) {
  constexpr unsigned kNeeded[] = {CAP_BPF, CAP_NET_ADMIN, CAP_PERFMON};
  capng_get_caps_process();
  for (const unsigned capability : kNeeded) {
    if (capng_have_capability(CAPNG_PERMITTED, capability) == 0) {
      throw std::runtime_error("run as root, or with CAP_BPF, CAP_NET_ADMIN and CAP_PERFMON");
    }
  }
  join_group(group);
  capng_clear(CAPNG_SELECT_BOTH);
  for (const unsigned capability : kNeeded) {
    capng_update(CAPNG_ADD,
                 static_cast<capng_type_t>(CAPNG_EFFECTIVE | CAPNG_PERMITTED | CAPNG_BOUNDING_SET),
                 capability);
  }
  capng_apply(CAPNG_SELECT_BOUNDS);  // needs CAP_SETPCAP; a unit has set them already
  if (capng_apply(CAPNG_SELECT_CAPS) != 0 || ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
    throw std::runtime_error("cannot drop capabilities");
  }
}

// ---- commands ----

void attach_and_tell(const GateConfig& config) {
  const auto report = dataplane::attach(config);
  if (!report) throw std::runtime_error(report.error());
  print(*report);
}

GateConfig load_or_explain(const Options& options) {
  auto config = load(options);
  if (!config) throw std::runtime_error(options.config + " has no [gate]: nothing to attach");
  return *std::move(config);
}

/// Another program's name can be asked for only while we are root in full.
void start(const GateConfig& config) {
  if (const auto obstacle = dataplane::find_obstacle(config)) throw std::runtime_error(*obstacle);
  keep_three_capabilities(config.group);
  attach_and_tell(config);
}

int run_attach(const Options& options) {
  start(load_or_explain(options));
  return 0;
}

int run_detach(const Options& options) {
  const GateConfig config = load_if_possible(options);
  keep_three_capabilities(config.group);
  const auto report = dataplane::detach(config.pin_path, options.interfaces);
  if (!report) throw std::runtime_error(report.error());
  print(*report);
  return 0;
}

/// The program that runs, and the maps if they are of another version, make room for ours.
int run_upgrade(const Options& options) {
  const GateConfig config = load_or_explain(options);
  const auto running = dataplane::status(config.pin_path, config.interfaces);
  if (!running) throw std::runtime_error(running.error());
  if (running->abi_version == 0) {
    throw std::runtime_error("nothing to upgrade under " + config.pin_path +
                             ": sipward-gate attach begins");
  }
  if (!running->version.empty()) {
    std::printf("from version %s to %s\n", running->version.c_str(), config.version.c_str());
  }
  start(config);
  return 0;
}

int run_service(const Options& options) {
  GateConfig config = load_or_explain(options);
  if (const auto obstacle = dataplane::find_obstacle(config)) throw std::runtime_error(*obstacle);
  keep_three_capabilities(config.group);
  run_gate_service(std::move(config), [&options] { return load_or_explain(options); });
  return 0;
}

int run_status(const Options& options) {
  const GateConfig config = load_if_possible(options);
  const auto status = dataplane::status(config.pin_path, config.interfaces);
  if (!status) throw std::runtime_error(status.error());
  print(*status, options.json);
  for (const auto& interface : status->interfaces) {
    if (!interface.attached() || !interface.tag) return kNotAttached;
  }
  return status->interfaces.empty() ? kNotAttached : 0;
}

using Command = int (*)(const Options&);

int main_of(int argc, char** argv) {
  Options options;
  Command command = nullptr;
  CLI::App app("sipward-gate: the IP address check in the kernel (TS 33.203 N, Q)");
  app.set_version_flag("--version", "sipward-gate " + std::string(ops::kVersion));
  app.add_option("--config", options.config, "configuration file")->capture_default_str();
  app.add_option("--pin-path", options.pin_path,
                 "where the gate is pinned; default: gate.pin_path");
  app.require_subcommand(1);
  app.fallthrough();
  app.add_subcommand("attach", "attach to every configured interface, or replace in place")
      ->callback([&] { command = run_attach; });
  auto* detach = app.add_subcommand("detach", "take the gate off, and remove the maps");
  detach->add_option("interfaces", options.interfaces, "only off these, and keep the maps");
  detach->callback([&] { command = run_detach; });
  auto* check = app.add_subcommand(
      "check", "what would stop an attach, and the remedy; exit code 4: something would");
  check->add_flag("--json", options.json, "as JSON");
  check->callback([&] {
    command = [](const Options& given) {
      return run_check([&] { return load_or_explain(given); }, given.json);
    };
  });
  auto* status = app.add_subcommand("status", "what is attached; exit code 3: not everything");
  status->add_flag("--json", options.json, "as JSON");
  status->callback([&] { command = run_status; });
  app.add_subcommand("upgrade", "put this version in the place of the one that runs, hitless")
      ->callback([&] { command = run_upgrade; });
  app.add_subcommand("run",
                     "attach, and keep it attached: follows interfaces and routes; SIGHUP reloads, "
                     "SIGTERM ends and leaves it attached")
      ->callback([&] { command = run_service; });
  CLI11_PARSE(app, argc, argv);
  return command(options);
}

}  // namespace
}  // namespace sipward

int main(int argc, char** argv) {
  try {
    return sipward::main_of(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "sipward-gate: %s\n", error.what());
    return sipward::kFailed;
  }
}
