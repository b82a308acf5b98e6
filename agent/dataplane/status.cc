// SPDX-License-Identifier: Apache-2.0
#include <bpf/bpf.h>
#include <fmt/format.h>
#include <net/if.h>

#include <cerrno>
#include <set>

#include "agent/dataplane/gate.h"
#include "agent/dataplane/hook.h"
#include "agent/dataplane/meta.h"
#include "agent/dataplane/pins.h"
#include "agent/dataplane/slots.h"

namespace sipward::dataplane {

namespace {

Mode mode_of(const std::string& pin_path, const std::string& name) {
  const auto slots = read_slots(pin_path);
  if (!slots) return Mode::kMonitor;
  for (const Slot& slot : *slots) {
    if (slot.name == name) return slot.enforce ? Mode::kEnforce : Mode::kMonitor;
  }
  return Mode::kMonitor;
}

InterfaceStatus status_of(const std::string& pin_path, const std::string& name) {
  InterfaceStatus status;
  status.name = name;
  status.ifindex = ::if_nametoindex(name.c_str());
  if (status.ifindex == 0) return status;
  const Interface interface { .name = name, .index = status.ifindex };
  const XdpState running = xdp_state(status.ifindex);
  const Descriptor link = open_pinned(pin_of(pin_path, Pin::kGateLink, name));
  const auto ours = link ? link_state(link.get()) : std::nullopt;
  if (ours && ours->ifindex == status.ifindex && ours->program_id == running.program_id) {
    status.hook = running.hook;
    status.mode = mode_of(pin_path, name);
    status.program_id = ours->program_id;
    status.link_id = ours->id;
  } else if (running.program_id != 0) {
    status.foreign = describe_program(running.program_id);
  }
  status.tag = tag_state(pin_path, interface);
  return status;
}

}  // namespace

std::string ForeignProgram::text() const {
  return fmt::format("{} (id {})", name.empty() ? "of unknown name" : name, id);
}

sip::Result<Status, std::string> status(const std::string& pin_path,
                                        const std::vector<std::string>& expected) {
  Status status;
  status.pin_path = pin_path;
  if (::access(pin_path.c_str(), R_OK | X_OK) != 0 && errno != ENOENT) {
    return cannot_open(pin_path, errno);
  }
  if (const auto meta = read_meta(pin_path)) {
    status.abi_version = meta->abi_version;
    status.version = meta->version;
  }
  std::set<std::string> names(expected.begin(), expected.end());
  for (std::string& name : pinned_interfaces(pin_path)) names.insert(std::move(name));
  for (const std::string& name : names) {
    status.interfaces.push_back(status_of(pin_path, name));
  }
  return status;
}

}  // namespace sipward::dataplane
