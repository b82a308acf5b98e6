// SPDX-License-Identifier: Apache-2.0
#include <bpf/bpf.h>
#include <fmt/format.h>
#include <net/if.h>

#include <algorithm>
#include <iterator>

#include "agent/dataplane/attachment.h"
#include "agent/dataplane/gate.h"
#include "agent/dataplane/hook.h"
#include "agent/dataplane/map_names.h"
#include "agent/dataplane/pins.h"
#include "agent/dataplane/settings.h"
#include "bpf/abi.h"

namespace sipward::dataplane {

namespace {

using Result = sip::Result<Report, std::string>;

bool is_there(const std::string& name) { return ::if_nametoindex(name.c_str()) != 0; }

std::string absence(const std::string& name) {
  return fmt::format("{}: there is no such interface: the gate is attached when it comes", name);
}

Result attach_to(const GateConfig& config, std::vector<std::string> names, bool new_folder) {
  Attachment attachment(config, std::move(names), new_folder);
  if (auto error = attachment.prepare()) return *std::move(error);
  if (auto error = attachment.attach()) return *std::move(error);
  return attachment.finish();
}

Result attach_present(const GateConfig& config, bool new_folder) {
  std::vector<std::string> names;
  Report absent;
  for (const std::string& name : config.interfaces) {
    if (is_there(name)) {
      names.push_back(name);
    } else {
      absent.alarms.push_back(absence(name));
    }
  }
  auto report = attach_to(config, std::move(names), new_folder);
  if (report) report->alarms = std::move(absent.alarms);
  return report;
}

/// What was upgraded by hand with a later configuration is not undone: new maps for one interface
/// would leave the others with maps that the daemon has left.
GateConfig sized_as_pinned(GateConfig config) {
  const Descriptor map = open_pinned_map_to_read(fmt::format("{}/{}", config.pin_path, kBindings4));
  bpf_map_info info{};
  __u32 size = sizeof(info);
  if (map && bpf_obj_get_info_by_fd(map.get(), &info, &size) == 0) {
    config.max_bindings = info.max_entries;
  }
  return config;
}

/// One by one: what is wrong with one interface is no reason to leave the next one open.
Result attach_uncovered(const GateConfig& config) {
  Report all;
  const auto running = status(config.pin_path, config.interfaces);
  if (!running) return running.error();
  if (running->abi_version > SIPWARD_ABI_VERSION) {
    return fmt::format(
        "the maps are of a later version ({}): restart this service, so that it is "
        "of that version too",
        running->version);
  }
  const GateConfig sized = sized_as_pinned(config);
  for (const InterfaceStatus& interface : running->interfaces) {
    if (interface.attached() && interface.tag) continue;
    if (interface.ifindex == 0) {
      all.alarms.push_back(absence(interface.name));
      continue;
    }
    auto report = attach_to(sized, {interface.name}, false);
    if (!report) {
      all.alarms.push_back(fmt::format("{}: NOT GUARDED: {}", interface.name, report.error()));
      continue;
    }
    std::ranges::move(report->done, std::back_inserter(all.done));
    std::ranges::move(report->warnings, std::back_inserter(all.warnings));
  }
  return all;
}

}  // namespace

sip::Result<Report, std::string> attach(const GateConfig& config, Extent extent) {
  if (auto fault = find_fault(config)) return *std::move(fault);
  auto folder = PinFolder::open(config.pin_path);
  if (!folder) return folder.error();
  switch (extent) {
    case Extent::kAll:
      return attach_to(config, config.interfaces, folder->was_made());
    case Extent::kPresent:
      return attach_present(config, folder->was_made());
    case Extent::kUncovered:
      break;
  }
  return attach_uncovered(config);
}

std::optional<std::string> find_obstacle(const GateConfig& config) {
  for (const std::string& name : config.interfaces) {
    const Interface interface { .name = name, .index = ::if_nametoindex(name.c_str()) };
    if (interface.index == 0) continue;
    if (const auto foreign = foreign_xdp(config.pin_path, interface)) {
      return foreign_error(interface, *foreign);
    }
  }
  return std::nullopt;
}

}  // namespace sipward::dataplane
