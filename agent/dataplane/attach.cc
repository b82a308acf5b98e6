// SPDX-License-Identifier: Apache-2.0
#include <bpf/bpf.h>
#include <fmt/format.h>
#include <net/if.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <memory>

#include "agent/dataplane/gate.h"
#include "agent/dataplane/hook.h"
#include "agent/dataplane/meta.h"
#include "agent/dataplane/pins.h"
#include "agent/dataplane/program.h"
#include "agent/dataplane/settings.h"
#include "agent/dataplane/slots.h"

namespace sipward::dataplane {

namespace {

using Failure = std::optional<std::string>;

/// One interface on its way from the configuration to an attached gate.
struct Gate {
  Interface interface;
  std::uint32_t slot = 0;
  std::optional<Program> program;
  XdpAttached xdp;
  TagAttached tag;
};

class Attachment {
 public:
  Attachment(const GateConfig& config, bool new_folder) : config_(config) {
    if (new_folder) undo_.add([path = config.pin_path] { std::filesystem::remove_all(path); });
  }

  Failure prepare();  ///< finds, claims, loads: changes nothing that runs
  Failure attach();
  Report finish();

 private:
  Failure find_interfaces();
  Failure claim_slots();
  Failure load_programs();
  Failure attach_one(Gate& gate);
  Failure pin_program(int program, const std::string& path);
  Failure zero_new_slot(const Gate& gate);
  Failure name_slot(const Gate& gate);
  Failure hook(Gate& gate);
  void detach_others();

  const GateConfig& config_;
  std::vector<Gate> gates_;
  Slots slots_;
  Report report_;
  Undo undo_;
};

Failure Attachment::find_interfaces() {
  for (const std::string& name : config_.interfaces) {
    const std::uint32_t index = ::if_nametoindex(name.c_str());
    if (index == 0) return fmt::format("there is no interface {} (see: ip link)", name);
    const Interface interface { .name = name, .index = index };
    if (const auto foreign = foreign_xdp(config_.pin_path, interface)) {
      return foreign_error(interface, *foreign);
    }
    gates_.push_back({.interface = interface, .slot = 0, .program = {}, .xdp = {}, .tag = {}});
  }
  return std::nullopt;
}

/// Slots of interfaces that leave the configuration are free only afterwards.
Failure Attachment::claim_slots() {
  if (auto slots = read_slots(config_.pin_path)) slots_ = *slots;  // no map yet: all are free
  for (Gate& gate : gates_) {
    const auto slot = find_slot(slots_, gate.interface.name);
    if (!slot) {
      return fmt::format(
          "no slot is free for {}: at most {} interfaces; detach those that are "
          "no longer needed",
          gate.interface.name, SIPWARD_MAX_INTERFACES);
    }
    gate.slot = *slot;
    slots_[*slot].name = gate.interface.name;
  }
  return std::nullopt;
}

Failure Attachment::load_programs() {
  const Seed seed = random_seed();
  for (Gate& gate : gates_) {
    auto program =
        Program::load({.pin_path = config_.pin_path,
                       .settings = make_settings(config_, {gate.interface.name, gate.slot}, seed),
                       .max_bindings = config_.max_bindings});
    if (!program) return fmt::format("{}: {}", gate.interface.name, program.error());
    gate.program = std::move(*program);
  }
  return std::nullopt;
}

Failure Attachment::prepare() {
  if (auto error = check_abi(config_.pin_path)) return error;
  if (auto error = find_interfaces()) return error;
  if (auto error = claim_slots()) return error;
  if (auto error = load_programs()) return error;
  if (!write_meta(config_.pin_path, config_.version)) {
    return fmt::format("cannot write {}/meta: {}", config_.pin_path, errno_text(errno));
  }
  const std::uint32_t size = gates_.front().program->max_bindings();
  if (size != config_.max_bindings) {
    report_.warnings.push_back(
        fmt::format("the binding maps keep their size of {} rows: max_bindings = {} needs "
                    "sipward-gate detach, then attach",
                    size, config_.max_bindings));
  }
  return std::nullopt;
}

Failure Attachment::pin_program(int program, const std::string& path) {
  auto before = std::make_shared<Descriptor>(open_pinned(path));
  if (!pin_over(program, path)) {
    return fmt::format("cannot pin {}: {}", path, errno_text(errno));
  }
  undo_.add([before, path] {
    if (!*before || !pin_over(before->get(), path)) ::unlink(path.c_str());
  });
  return std::nullopt;
}

Failure Attachment::zero_new_slot(const Gate& gate) {
  const auto now = read_slots(config_.pin_path);
  if (!now) return now.error();
  if ((*now)[gate.slot].name == gate.interface.name) return std::nullopt;
  if (zero_counters(config_.pin_path, gate.slot)) return std::nullopt;
  return fmt::format("cannot write {}/counters: {}", config_.pin_path, errno_text(errno));
}

Failure Attachment::name_slot(const Gate& gate) {
  const std::string& path = config_.pin_path;
  const auto before = read_slots(path);
  if (!before) return before.error();
  const bool clsact = gate.tag.carrier == TagCarrier::kClsact;
  const Slot now{.name = gate.interface.name,
                 .ifindex = gate.interface.index,
                 .enforce = config_.mode == Mode::kEnforce,
                 .made_clsact = clsact && gate.tag.made_clsact};
  if (!write_slot(path, gate.slot, now)) {
    return fmt::format("cannot write {}/interfaces: {}", path, errno_text(errno));
  }
  undo_.add([path, slot = gate.slot, old = (*before)[gate.slot]] { write_slot(path, slot, old); });
  return std::nullopt;
}

/// The tag first: from its first packet on, the gate has somebody who carries its word.
Failure Attachment::hook(Gate& gate) {
  AttachRequest request{
      .pin_path = config_.pin_path, .interface = gate.interface, .program = gate.program->tag_fd()};
  auto tag = attach_tag(request, config_.tag_carrier, undo_);
  if (!tag) return tag.error();
  gate.tag = *tag;
  request.program = gate.program->gate_fd();
  auto xdp = attach_xdp(request, config_.allow_generic, undo_);
  if (!xdp) return xdp.error();
  gate.xdp = *xdp;
  return std::nullopt;
}

Failure Attachment::attach_one(Gate& gate) {
  const std::string& path = config_.pin_path;
  const std::string& name = gate.interface.name;
  if (auto error = zero_new_slot(gate)) return error;
  if (auto error = hook(gate)) return error;
  if (auto error = name_slot(gate)) return error;
  if (auto error = pin_program(gate.program->tag_fd(), pin_of(path, Pin::kTagProgram, name))) {
    return error;
  }
  return pin_program(gate.program->gate_fd(), pin_of(path, Pin::kGateProgram, name));
}

Failure Attachment::attach() {
  for (Gate& gate : gates_) {
    if (auto error = attach_one(gate)) return error;
  }
  return std::nullopt;
}

/// The configuration says which interfaces are guarded, and no others.
void Attachment::detach_others() {
  for (const std::string& name : pinned_interfaces(config_.pin_path)) {
    if (std::ranges::find(config_.interfaces, name) != config_.interfaces.end()) continue;
    report_.done.push_back(fmt::format("{}: detached, it is not in the configuration", name));
    detach_interface(config_.pin_path, name);
  }
}

Report Attachment::finish() {
  undo_.keep_all();
  for (const Gate& gate : gates_) {
    if (gate.tag.other_is_left) {
      detach_other_carrier(config_.pin_path, gate.interface, gate.tag);
    }
    report_.done.push_back(fmt::format("{}: {}, {}, {} mode, tag by {}", gate.interface.name,
                                       gate.xdp.replaced ? "replaced in place" : "attached",
                                       gate.xdp.generic ? "generic" : "native",
                                       mode_name(config_.mode), carrier_name(gate.tag.carrier)));
    if (gate.xdp.generic) {
      report_.warnings.push_back(
          fmt::format("{}: generic XDP is slow: a flood costs the host far "
                      "more than in native mode",
                      gate.interface.name));
    }
  }
  detach_others();
  set_permissions(config_.pin_path, config_.group, report_.warnings);
  return std::move(report_);
}

}  // namespace

sip::Result<Report, std::string> attach(const GateConfig& config) {
  if (auto fault = find_fault(config)) return *std::move(fault);
  auto folder = PinFolder::open(config.pin_path);
  if (!folder) return folder.error();
  Attachment attachment(config, folder->was_made());
  if (auto error = attachment.prepare()) return *std::move(error);
  if (auto error = attachment.attach()) return *std::move(error);
  return attachment.finish();
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
