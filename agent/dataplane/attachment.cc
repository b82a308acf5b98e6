// SPDX-License-Identifier: Apache-2.0
#include "agent/dataplane/attachment.h"

#include <fmt/format.h>
#include <net/if.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <iterator>
#include <memory>

#include "agent/dataplane/meta.h"
#include "agent/dataplane/pins.h"
#include "agent/dataplane/settings.h"

namespace sipward::dataplane {

using Failure = Attachment::Failure;

Attachment::Attachment(const GateConfig& config, std::vector<std::string> names, bool new_folder)
    : config_(config), names_(std::move(names)) {
  if (new_folder) undo_.add([path = config.pin_path] { std::filesystem::remove_all(path); });
}

Failure Attachment::find_interfaces() {
  for (const std::string& name : names_) {
    const std::uint32_t index = ::if_nametoindex(name.c_str());
    if (index == 0) return fmt::format("there is no interface {} (see: ip link)", name);
    const Interface interface { .name = name, .index = index };
    if (const auto foreign = foreign_xdp(config_.pin_path, interface)) {
      return foreign_error(interface, *foreign);
    }
    gates_.push_back({.interface = interface});
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

LoadRequest Attachment::request_for(const Gate& gate, const Seed& seed) const {
  return {.pin_path = maps(),
          .settings = make_settings(config_, {gate.interface.name, gate.slot}, seed),
          .max_bindings = config_.max_bindings};
}

/// Maps of another version or size stay as they are until new ones can take their place.
Failure Attachment::check_maps() {
  const LoadRequest request{.pin_path = config_.pin_path, .max_bindings = config_.max_bindings};
  if (is_own_abi(config_.pin_path) && Program::fits_pinned(request)) return std::nullopt;
  if (gates_.size() != config_.interfaces.size()) {
    report_.warnings.push_back(
        "the pinned maps are of another version or size: new ones are made, and interfaces that "
        "are not there now get the gate when they come");
  }
  auto migration = Migration::open(config_.pin_path);
  if (!migration) return migration.error();
  migration_ = std::move(*migration);
  undo_.add([this] { migration_->abandon(); });
  return std::nullopt;
}

Failure Attachment::load_programs() {
  const Seed seed = random_seed();
  for (Gate& gate : gates_) {
    auto program = Program::load(request_for(gate, seed));
    if (!program) return fmt::format("{}: {}", gate.interface.name, program.error());
    gate.program = std::move(*program);
  }
  return std::nullopt;
}

/// Interfaces keep their slots, so that anchors go on naming them.
void Attachment::keep_other_slots() {
  const auto before = read_slots(config_.pin_path);
  if (!before) return;
  for (std::uint32_t i = 0; i < before->size(); ++i) {
    if (!(*before)[i].name.empty()) write_slot(maps(), i, (*before)[i]);
  }
}

/// Before the first packet is judged by them.
Failure Attachment::write_rules() {
  auto doubts = write_rules_of(config_, slots_, maps());
  if (!doubts) return doubts.error();
  std::ranges::move(*doubts, std::back_inserter(report_.warnings));
  return std::nullopt;
}

Failure Attachment::fill_maps() {
  if (auto error = write_rules()) return error;
  if (!write_meta(maps(), config_.version)) {
    return fmt::format("cannot write {}/meta: {}", maps(), errno_text(errno));
  }
  if (!migration_) return std::nullopt;
  keep_other_slots();
  const auto copied = migration_->copy();
  if (copied) {
    report_.done.push_back(fmt::format("{} rows taken over into new maps", *copied));
  } else {
    report_.warnings.push_back(copied.error());
  }
  return std::nullopt;
}

Failure Attachment::prepare() {
  if (auto error = find_interfaces()) return error;
  if (auto error = claim_slots()) return error;
  if (auto error = check_maps()) return error;
  if (auto error = load_programs()) return error;
  return fill_maps();
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
  const auto now = read_slots(maps());
  if (!now) return now.error();
  if ((*now)[gate.slot].name == gate.interface.name) return std::nullopt;
  if (zero_counters(maps(), gate.slot)) return std::nullopt;
  return fmt::format("cannot write {}/counters: {}", maps(), errno_text(errno));
}

Failure Attachment::name_slot(const Gate& gate) {
  const std::string& path = maps();
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
  return migration_ ? migration_->take_over() : std::nullopt;
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

}  // namespace sipward::dataplane
