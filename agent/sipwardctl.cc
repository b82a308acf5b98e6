// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <map>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "agent/ctl_events.h"
#include "agent/ctl_subscriber.h"
#include "agent/dataplane/bindings.h"
#include "agent/ops/config.h"
#include "agent/ops/control.h"
#include "agent/ops/ctl_views.h"
#include "agent/ops/text.h"
#include "agent/ops/version.h"

namespace sipward {
namespace {

using Json = nlohmann::json;

/// What the options of all commands but `subscriber` are read into.
struct Options {
  std::string config{ops::kDefaultConfigPath};
  std::string socket;
  std::string store;
  bool json = false;
  std::string address;
  std::string impi;
  std::string key;
  bool from_kernel = false;
  bool verify = false;
  bool repair = false;
  std::uint16_t port = 0;  ///< 0: none is named
};

/// The file as it is, when it can be read and is right; else the defaults: what runs must be seen
/// also when the file has been spoilt since.
ops::Config known_config(const Options& options) {
  auto config = ops::load_config(options.config);
  return config ? std::move(*config) : ops::Config{};
}

Json ask(const Options& options, std::string_view method, const Json& params = Json::object()) {
  const std::string socket =
      options.socket.empty() ? known_config(options).daemon.control : options.socket;
  auto answer = ops::call(socket, method, params);
  if (!answer) throw std::runtime_error(answer.error());
  return std::move(*answer);
}

/// All pages of a list.
Json ask_all(const Options& options, const std::string& method, const char* list_name,
             const char* key_name) {
  Json all = Json::array();
  Json params{{"address", options.address}, {"impi", options.impi}, {"after", ""}};
  while (true) {
    Json page = ask(options, method, params);
    for (Json& row : page.at(list_name)) all.push_back(std::move(row));
    if (!page.value("more", false) || all.empty()) return all;
    params["after"] = all.back().at(key_name);
  }
}

void print(const Options& options, const Json& value, std::string (*show)(const Json&)) {
  const std::string text = options.json ? ops::write_line(value) + "\n" : show(value);
  std::fputs(text.c_str(), stdout);
}

Json kernel_rows(const Options& options) {
  const ops::Config config = known_config(options);
  if (!config.gate) throw std::runtime_error("no [gate] in " + options.config + ": no maps");
  const auto there = dataplane::Bindings::read(config.gate->pin_path);
  if (!there) throw std::runtime_error(there.error());
  const sip::Time now = std::chrono::steady_clock::now();
  Json rows = Json::array();
  for (const ims::KernelRow& row : *there) {
    const bool wanted = options.address.empty() || row.key.ip.text() == options.address;
    if (!wanted) continue;
    rows.push_back({{"key", row.key.text()},
                    {"binding", row.binding},
                    {"epoch", row.epoch},
                    {"anchor", row.anchor ? Json(row.anchor->text()) : Json(nullptr)},
                    {"suspect", row.is_suspect(now)},
                    {"last_seen",
                     std::chrono::duration_cast<std::chrono::seconds>(now - row.last_seen).count()},
                    {"expires_in",
                     std::chrono::duration_cast<std::chrono::seconds>(row.expires - now).count()}});
  }
  return rows;
}

/// Key -> `binding/epoch`, to compare the two tables.
std::map<std::string, std::string> by_key(const Json& rows) {
  std::map<std::string, std::string> out;
  for (const Json& row : rows) {
    out[row.at("key")] = row.at("binding").dump() + "/" + row.at("epoch").dump();
  }
  return out;
}

std::map<std::string, std::string> differences(const Options& options) {
  const auto daemon = by_key(ask_all(options, "bindings.list", "bindings", "key"));
  const auto kernel = by_key(kernel_rows(options));
  std::map<std::string, std::string> out;
  for (const auto& [key, value] : daemon) {
    const auto there = kernel.find(key);
    if (there == kernel.end()) out[key] = "in the daemon's table only: the gate drops it";
    if (there != kernel.end() && there->second != value) {
      out[key] = "daemon has binding/epoch " + value + ", kernel " + there->second;
    }
  }
  for (const auto& [key, value] : kernel) {
    if (!daemon.contains(key)) out[key] = "in the kernel only: it passes, and is not asserted";
  }
  return out;
}

/// Looks twice: a row that changes while the two tables are read is no difference.
void verify(const Options& options) {
  const auto first = differences(options);
  const auto second = first.empty() ? first : differences(options);
  std::string lines;
  for (const auto& [key, text] : second) {
    const auto before = first.find(key);
    if (before != first.end() && before->second == text) lines += key + ": " + text + "\n";
  }
  if (!lines.empty()) {
    std::fputs(lines.c_str(), stdout);
    throw std::runtime_error("the daemon's table and the kernel's maps differ");
  }
  std::printf("the daemon's table and the kernel's maps agree\n");
}

/// The daemon's table is what counts: it wrote the rows.
void repair(const Options& options) {
  const Json drift = ask(options, "bindings.reconcile");
  std::printf(
      "missing in the kernel: %s, different: %s, only there: %s, could not be written: %s\n",
      drift.at("missing").dump().c_str(), drift.at("different").dump().c_str(),
      drift.at("extra").dump().c_str(), drift.at("refused").dump().c_str());
}

void bindings(const Options& options) {
  if (options.repair) return repair(options);
  if (options.verify) return verify(options);
  const Json rows = options.from_kernel ? kernel_rows(options)
                                        : ask_all(options, "bindings.list", "bindings", "key");
  print(options, rows, ops::show_bindings);
}

void check_config(const Options& options) {
  const auto config = ops::load_config(options.config);
  if (config) {
    std::printf("configuration ok\n%s", ops::describe(*config).c_str());
    return;
  }
  for (const std::string& line : config.error()) std::fprintf(stderr, "%s\n", line.c_str());
  throw std::runtime_error("the configuration is not right");
}

std::string store_path(const Options& options) {
  if (!options.store.empty()) return options.store;
  const auto config = ops::load_config(options.config);
  if (!config) throw std::runtime_error(config.error().front());
  if (!config->scscf) {
    throw std::runtime_error("no [scscf] in " + options.config + ": name the file with --store");
  }
  return config->scscf->subscribers;
}

template <class Run>
CLI::App* add(CLI::App& app, const std::string& name, const std::string& text, Run run) {
  CLI::App* command = app.add_subcommand(name, text);
  command->callback(run);
  return command;
}

void add_looking_commands(CLI::App& app, Options& options) {
  const auto json = [&](CLI::App* command) {
    command->add_flag("--json", options.json, "one line of JSON");
    return command;
  };
  json(add(app, "status", "what runs",
           [&] { print(options, ask(options, "status"), ops::show_status); }));
  json(add(app, "counters", "events, verdicts of the gate, sockets",
           [&] { print(options, ask(options, "counters"), ops::show_counters); }));
  add_events_command(app, [&options](std::string_view method, const Json& params) {
    return ask(options, method, params);
  });
  CLI::App* registrations =
      json(add(app, "registrations", "who is registered at the S-CSCF, and where", [&] {
        print(options, ask_all(options, "registrations.list", "registrations", "impi"),
              ops::show_registrations);
      }));
  registrations->add_option("--impi", options.impi, "of one user");
}

void add_binding_commands(CLI::App& app, Options& options) {
  CLI::App* list = add(app, "bindings", "the IP address check table", [&] { bindings(options); });
  list->add_flag("--json", options.json, "one line of JSON");
  list->add_option("--address", options.address, "of one address");
  list->add_option("--impi", options.impi, "of one user");
  list->add_flag("--from-kernel", options.from_kernel, "what the gate's maps hold");
  list->add_flag("--repair", options.repair, "make the gate's maps agree with the daemon's table");
  list->add_flag("--verify", options.verify, "compare the daemon's table with the gate's maps");
  CLI::App* explain = add(app, "explain", "why packets of a source pass or not", [&] {
    print(options, ask(options, "bindings.lookup", {{"address", options.address}}),
          ops::show_explanation);
  });
  explain->add_flag("--json", options.json, "one line of JSON");
  explain->add_option("ADDRESS", options.address, "ADDRESS or ADDRESS:PORT")->required();
  CLI::App* unbind = add(app, "unbind", "withdraw a row: the user must register anew", [&] {
    ask(options, "bindings.remove", {{"key", options.key}});
    std::printf("removed %s\n", ops::escape(options.key, 80).c_str());
  });
  unbind->add_option("KEY", options.key, "as `bindings` shows it: \"udp 203.0.113.7:5060\"")
      ->required();
}

void add_release_command(CLI::App& app, Options& options) {
  CLI::App* release =
      add(app, "release",
          "an address was taken back: its rows are suspect until they register anew", [&] {
            Json params{{"address", options.address}};
            if (options.port != 0) params["port"] = options.port;
            const Json answer = ask(options, "address.release", params);
            std::printf("%s rows are suspect now\n", answer.at("released").dump().c_str());
          });
  release->add_option("ADDRESS", options.address, "the IP address")->required();
  release->add_option("--port", options.port, "of a NAT: only what came from this port")
      ->check(CLI::Range(1, 65'535));
}

void add_all_commands(CLI::App& app, Options& options) {
  app.add_option("--config", options.config, "configuration file")->capture_default_str();
  app.add_option("--socket", options.socket, "control socket of sipwardd (default: of --config)");
  app.add_option("--store", options.store, "subscriber file (default: of --config)");
  app.set_version_flag("--version", "sipwardctl " + std::string(ops::kVersion));
  app.require_subcommand(1);
  app.fallthrough();
  add_looking_commands(app, options);
  add_binding_commands(app, options);
  add_release_command(app, options);
  add_subscriber_commands(app, [&options] { return store_path(options); });
  CLI::App* config = app.add_subcommand("config", "the configuration file");
  config->require_subcommand(1);
  add(*config, "check", "name every mistake", [&] { check_config(options); });
}

}  // namespace
}  // namespace sipward

int main(int argc, char** argv) {
  CLI::App app("sipwardctl: look into sipwardd and provision subscribers");
  sipward::Options options;
  sipward::add_all_commands(app, options);
  try {
    app.parse(argc, argv);  // runs the command
    return 0;
  } catch (const CLI::ParseError& error) {
    return app.exit(error);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "sipwardctl: %s\n", error.what());
    return 1;
  }
}
