// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <net/if.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "agent/dataplane/gate.h"
#include "agent/dataplane/hook.h"
#include "agent/dataplane/pins.h"
#include "agent/dataplane/slots.h"

namespace sipward::dataplane {

namespace {

void free_slot(const std::string& pin_path, const std::string& interface) {
  const auto slots = read_slots(pin_path);
  if (!slots) return;
  for (std::uint32_t i = 0; i < slots->size(); ++i) {
    if ((*slots)[i].name == interface) write_slot(pin_path, i, {});
  }
}

void detach_one(const std::string& pin_path, const std::string& name, Report& report) {
  if (detach_interface(pin_path, name)) {
    report.done.push_back(fmt::format("{}: detached", name));
  } else {
    report.warnings.push_back(
        fmt::format("{}: there was no gate of ours under {}", name, pin_path));
  }
}

/// What is left when every interface is done: maps, and whatever a broken run left behind.
sip::Result<Report, std::string> remove_folder(const std::string& pin_path, Report report) {
  std::error_code error;
  std::filesystem::remove_all(pin_path, error);
  if (error) return fmt::format("cannot remove {}: {}", pin_path, error.message());
  report.done.push_back(fmt::format("{}: maps removed", pin_path));
  return report;
}

}  // namespace

bool detach_interface(const std::string& pin_path, const std::string& name) {
  const Interface interface { .name = name, .index = ::if_nametoindex(name.c_str()) };
  bool found = detach_xdp(pin_path, interface);
  found |= detach_tag(pin_path, interface);
  for (const Pin pin : {Pin::kGateProgram, Pin::kTagProgram}) {
    found |= ::unlink(pin_of(pin_path, pin, name).c_str()) == 0;
  }
  free_slot(pin_path, name);
  return found;
}

sip::Result<Report, std::string> detach(const std::string& pin_path,
                                        const std::vector<std::string>& interfaces) {
  Report report;
  if (!exists(pin_path)) {
    report.done.push_back(fmt::format("{}: nothing was there", pin_path));
    return report;
  }
  auto folder = PinFolder::open(pin_path);
  if (!folder) return folder.error();
  const bool all = interfaces.empty();
  for (const std::string& name : all ? pinned_interfaces(pin_path) : interfaces) {
    detach_one(pin_path, name, report);
  }
  if (!all) return report;
  return remove_folder(pin_path, std::move(report));
}

}  // namespace sipward::dataplane
