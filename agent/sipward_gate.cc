// SPDX-License-Identifier: Apache-2.0
// sipward-gate: loads the gate, attaches it, pins it, and has nothing to do with packets.
#include <cap-ng.h>
#include <grp.h>
#include <sys/prctl.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "agent/dataplane/gate.h"
#include "agent/gate_check.h"
#include "agent/ops/config.h"
#include "agent/ops/service.h"
#include "agent/ops/version.h"

namespace sipward {
namespace {

using dataplane::GateConfig;
using dataplane::InterfaceStatus;

constexpr int kFailed = 1;
constexpr int kNotAttached = 3;  ///< `status`: an interface of the configuration has no gate

struct Options {
  std::string config{ops::kDefaultConfigPath};
  std::string pin_path;
  std::vector<std::string> interfaces;
  bool json = false;
};

// ---- configuration ----

dataplane::RowKinds rows_of(ops::PcscfConfig::IpCheck check) {
  switch (check) {
    case ops::PcscfConfig::IpCheck::kIp:
      return dataplane::RowKinds::kWildcard;
    case ops::PcscfConfig::IpCheck::kIpPort:
      return dataplane::RowKinds::kExact;
    case ops::PcscfConfig::IpCheck::kAuto:
      break;
  }
  return dataplane::RowKinds::kBoth;
}

dataplane::TagCarrier carrier_of(ops::GateConfig::TagCarrier carrier) {
  switch (carrier) {
    case ops::GateConfig::TagCarrier::kTcx:
      return dataplane::TagCarrier::kTcx;
    case ops::GateConfig::TagCarrier::kClsact:
      return dataplane::TagCarrier::kClsact;
    case ops::GateConfig::TagCarrier::kAuto:
      break;
  }
  return dataplane::TagCarrier::kAuto;
}

GateConfig translate(const ops::GateConfig& gate, const ops::PcscfConfig& pcscf) {
  GateConfig config;
  config.pin_path = gate.pin_path;
  config.interfaces = gate.interfaces;
  for (const sip::Endpoint& local : pcscf.listen) config.listeners.push_back({.local = local});
  config.mode = gate.mode == ops::GateConfig::Mode::kEnforce ? dataplane::Mode::kEnforce
                                                             : dataplane::Mode::kMonitor;
  config.rows = rows_of(pcscf.ip_check);
  config.max_bindings = gate.max_bindings;
  config.allow_generic = gate.allow_generic;
  config.tag_carrier = carrier_of(gate.tag_carrier);
  config.emergency = gate.emergency;
  config.register_budget = {gate.register_rate_per_source, gate.register_rate_total};
  config.keepalive_budget = {gate.keepalive_rate_per_source, gate.keepalive_rate_total};
  config.version = ops::kVersion;
  return config;
}

/// nullopt: the file is right and has no gate. Throws when the file is wrong.
std::optional<GateConfig> load(const Options& options) {
  auto config = ops::load_config(options.config);
  if (!config) {
    std::string text = "the configuration is wrong";
    for (const std::string& line : config.error()) text += "\n" + line;
    throw std::runtime_error(text);
  }
  if (!config->gate || !config->pcscf) return std::nullopt;
  GateConfig gate = translate(*config->gate, *config->pcscf);
  if (!options.pin_path.empty()) gate.pin_path = options.pin_path;
  return gate;
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

void print(const dataplane::Report& report) {
  for (const std::string& line : report.done) std::printf("%s\n", line.c_str());
  for (const std::string& line : report.warnings) {
    std::fprintf(stderr, "sipward-gate: warning: %s\n", line.c_str());
  }
  std::fflush(stdout);
}

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

/// What runs goes on running when the new file is wrong.
void reload(const Options& options) {
  try {
    attach_and_tell(load_or_explain(options));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "sipward-gate: not reloaded: %s\n", error.what());
  }
}

/// For the service: SIGHUP attaches anew with the file as it is now; SIGTERM ends the process and
/// leaves everything pinned.
int run_service(const Options& options) {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGHUP, SIGINT, SIGTERM}) sigaddset(&signals, signal);
  sigprocmask(SIG_BLOCK, &signals, nullptr);
  start(load_or_explain(options));
  ops::notify_ready("attached");
  for (int signal = 0; sigwait(&signals, &signal) == 0;) {
    if (signal != SIGHUP) break;
    reload(options);
  }
  ops::notify_stopping();
  std::printf("ending; the gate stays attached (sipward-gate detach takes it off)\n");
  return 0;
}

// ---- status ----

std::string_view hook_name(InterfaceStatus::Hook hook) {
  switch (hook) {
    case InterfaceStatus::Hook::kNone:
      return "none";
    case InterfaceStatus::Hook::kNative:
      return "native";
    case InterfaceStatus::Hook::kGeneric:
      return "generic";
  }
  return {};
}

nlohmann::json to_json(const InterfaceStatus& interface) {
  nlohmann::json row{{"interface", interface.name},
                     {"ifindex", interface.ifindex},
                     {"attached", interface.attached()},
                     {"hook", hook_name(interface.hook)},
                     {"tag", nullptr},
                     {"foreign", nullptr}};
  if (interface.attached()) {
    row["mode"] = dataplane::mode_name(interface.mode);
    row["program_id"] = interface.program_id;
    row["link_id"] = interface.link_id;
  }
  if (interface.tag) row["tag"] = dataplane::carrier_name(*interface.tag);
  if (interface.foreign) {
    row["foreign"] = {{"id", interface.foreign->id}, {"name", interface.foreign->name}};
  }
  return row;
}

std::string to_line(const InterfaceStatus& interface) {
  std::string line = interface.name + ": ";
  if (interface.ifindex == 0) return line + "no such interface";
  if (interface.foreign) return line + "another XDP program, " + interface.foreign->text();
  if (!interface.attached()) return line + "not attached";
  line += "attached, " + std::string(hook_name(interface.hook)) + ", " +
          std::string(dataplane::mode_name(interface.mode)) + " mode, program " +
          std::to_string(interface.program_id) + ", link " + std::to_string(interface.link_id);
  return line + ", tag " +
         (interface.tag ? "by " + std::string(dataplane::carrier_name(*interface.tag))
                        : std::string("NOT carried: sockets see no mark"));
}

void print(const dataplane::Status& status, bool json) {
  if (json) {
    nlohmann::json value{{"pin_path", status.pin_path},
                         {"abi_version", status.abi_version},
                         {"version", status.version},
                         {"interfaces", nlohmann::json::array()}};
    for (const auto& interface : status.interfaces) {
      value["interfaces"].push_back(to_json(interface));
    }
    std::printf("%s\n", value.dump(2).c_str());
    return;
  }
  for (const auto& interface : status.interfaces) {
    std::printf("%s\n", to_line(interface).c_str());
  }
  if (status.abi_version == 0) std::printf("no maps under %s\n", status.pin_path.c_str());
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
  app.add_subcommand("run",
                     "attach, then wait: SIGHUP reloads, SIGTERM ends and leaves it attached")
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
