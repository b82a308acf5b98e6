// SPDX-License-Identifier: Apache-2.0
#include "agent/gate_report.h"

#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>

namespace sipward {
namespace {

using dataplane::InterfaceStatus;

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

}  // namespace

void print(const dataplane::Report& report) {
  for (const std::string& line : report.done) std::printf("%s\n", line.c_str());
  std::fflush(stdout);
  for (const std::string& line : report.warnings) {
    std::fprintf(stderr, "sipward-gate: warning: %s\n", line.c_str());
  }
  for (const std::string& line : report.alarms) {
    std::fprintf(stderr, "sipward-gate: ALARM: %s\n", line.c_str());
  }
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

}  // namespace sipward
