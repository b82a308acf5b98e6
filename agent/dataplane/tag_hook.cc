// SPDX-License-Identifier: Apache-2.0
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <memory>

#include "agent/dataplane/hook.h"
#include "agent/dataplane/pins.h"
#include "agent/dataplane/silence.h"
#include "agent/dataplane/slots.h"
#include "agent/dataplane/tag_clash.h"
#include "agent/dataplane/tc_filters.h"

namespace sipward::dataplane {

namespace {

// linux/bpf.h has these since 6.6; Debian 12's headers are older than the kernels it can run.
constexpr auto kTcxIngress = static_cast<bpf_attach_type>(46);
constexpr std::uint32_t kBefore = 1U << 3;  // BPF_F_BEFORE: with nothing named, before all others

std::string link_path(const std::string& pin_path, const Interface& interface) {
  return pin_of(pin_path, Pin::kTagLink, interface.name);
}

bpf_tc_hook hook_of(const Interface& interface) {
  bpf_tc_hook hook{};
  hook.sz = sizeof(hook);
  hook.ifindex = static_cast<int>(interface.index);
  hook.attach_point = BPF_TC_INGRESS;
  return hook;
}

/// Id of the program of our filter; 0: there is none.
std::uint32_t clsact_program(const Interface& interface) {
  const Silence silence;
  const bpf_tc_hook hook = hook_of(interface);
  LIBBPF_OPTS(bpf_tc_opts, filter, .handle = kTagHandle, .priority = kTagPriority);
  return bpf_tc_query(&hook, &filter) == 0 ? filter.prog_id : 0;
}

bool clsact_is_ours(const std::string& pin_path, const Interface& interface) {
  const std::uint32_t running = clsact_program(interface);
  if (running == 0) return false;
  const Descriptor program = open_pinned(pin_of(pin_path, Pin::kTagProgram, interface.name));
  if (program && program_id(program.get()) == running) return true;
  return std::ranges::any_of(read_ingress_filters(interface.index), has_our_name);
}

bool made_clsact(const std::string& pin_path, const Interface& interface) {
  const auto slots = read_slots(pin_path);
  if (!slots) return false;
  return std::ranges::any_of(
      *slots, [&](const Slot& slot) { return slot.name == interface.name && slot.made_clsact; });
}

/// Also the qdisc, if it was made for us and nobody else has moved in since.
bool remove_clsact(const Interface& interface, bool qdisc_too) {
  const Silence silence;
  bpf_tc_hook hook = hook_of(interface);
  LIBBPF_OPTS(bpf_tc_opts, filter, .handle = kTagHandle, .priority = kTagPriority);
  if (bpf_tc_detach(&hook, &filter) != 0) return false;
  if (qdisc_too && !has_clsact_filters(interface.index)) {
    hook.attach_point = static_cast<bpf_tc_attach_point>(BPF_TC_INGRESS | BPF_TC_EGRESS);
    bpf_tc_hook_destroy(&hook);
  }
  return true;
}

/// 0, or an error number.
int put_filter(const Interface& interface, int program, bool replace) {
  const Silence silence;
  const bpf_tc_hook hook = hook_of(interface);
  LIBBPF_OPTS(bpf_tc_opts, filter, .prog_fd = program,
              .flags = replace ? static_cast<__u32>(BPF_TC_F_REPLACE) : 0, .handle = kTagHandle,
              .priority = kTagPriority);
  return -bpf_tc_attach(&hook, &filter);
}

std::string cannot_add(const Interface& interface, int error) {
  return fmt::format(
      "cannot add the tag program to the clsact qdisc of {} (priority {}, handle "
      "{:#x}): {}",
      interface.name, kTagPriority, kTagHandle, errno_text(error));
}

sip::Result<TagAttached, std::string> replace_clsact(const AttachRequest& request, Undo& undo) {
  auto before = std::make_shared<Descriptor>(
      open_pinned(pin_of(request.pin_path, Pin::kTagProgram, request.interface.name)));
  if (const int error = put_filter(request.interface, request.program, true); error != 0) {
    return cannot_add(request.interface, error);
  }
  undo.add([=] { put_filter(request.interface, before->get(), true); });
  return TagAttached{.carrier = TagCarrier::kClsact,
                     .made_clsact = made_clsact(request.pin_path, request.interface)};
}

sip::Result<TagAttached, std::string> attach_clsact(const AttachRequest& request, Undo& undo) {
  const Interface& interface = request.interface;
  if (clsact_is_ours(request.pin_path, interface)) return replace_clsact(request, undo);
  bpf_tc_hook hook = hook_of(interface);
  const int hooked = [&] {
    const Silence silence;
    return bpf_tc_hook_create(&hook);
  }();
  if (hooked != 0 && hooked != -EEXIST) return cannot_add(interface, -hooked);
  const bool made = hooked == 0;
  if (const int error = put_filter(interface, request.program, false); error != 0) {
    return cannot_add(interface, error);
  }
  undo.add([=] { remove_clsact(interface, made); });
  return TagAttached{.carrier = TagCarrier::kClsact, .made_clsact = made};
}

bool remove_tcx(const std::string& pin_path, const Interface& interface) {
  const std::string path = link_path(pin_path, interface);
  if (const Descriptor link = open_pinned(path); link) bpf_link_detach(link.get());
  return ::unlink(path.c_str()) == 0;
}

/// False: errno is set.
bool replace_tcx(const AttachRequest& request, Descriptor link, Undo& undo) {
  Descriptor before =
      open_pinned(pin_of(request.pin_path, Pin::kTagProgram, request.interface.name));
  if (bpf_link_update(link.get(), request.program, nullptr) != 0) return false;
  auto held =
      std::make_shared<std::pair<Descriptor, Descriptor>>(std::move(link), std::move(before));
  undo.add([held] {
    if (held->second) bpf_link_update(held->first.get(), held->second.get(), nullptr);
  });
  return true;
}

/// False: errno is set.
bool create_tcx(const AttachRequest& request, Undo& undo) {
  LIBBPF_OPTS(bpf_link_create_opts, options, .flags = kBefore);
  const Descriptor link{bpf_link_create(request.program, static_cast<int>(request.interface.index),
                                        kTcxIngress, &options)};
  if (!link || !pin_new(link.get(), link_path(request.pin_path, request.interface))) return false;
  undo.add([=] { remove_tcx(request.pin_path, request.interface); });
  return true;
}

bool attach_tcx(const AttachRequest& request, Undo& undo) {
  Descriptor link = open_pinned(link_path(request.pin_path, request.interface));
  if (link) {
    const auto state = link_state(link.get());
    if (state && state->ifindex == request.interface.index) {
      return replace_tcx(request, std::move(link), undo);
    }
    remove_tcx(request.pin_path, request.interface);
  }
  return create_tcx(request, undo);
}

}  // namespace

sip::Result<TagAttached, std::string> attach_tag(const AttachRequest& request, TagCarrier wanted,
                                                 Undo& undo) {
  const bool had_tcx = exists(link_path(request.pin_path, request.interface));
  const bool had_clsact = clsact_is_ours(request.pin_path, request.interface);
  if (wanted != TagCarrier::kClsact) {
    if (attach_tcx(request, undo)) {
      return TagAttached{.carrier = TagCarrier::kTcx,
                         .other_is_left = had_clsact,
                         .made_clsact = made_clsact(request.pin_path, request.interface)};
    }
    if (wanted == TagCarrier::kTcx) {
      return fmt::format(
          "cannot attach the tag program to {} by tcx: {}: kernels before 6.6 have "
          "no tcx; tag_carrier = \"clsact\" works on all",
          request.interface.name, errno_text(errno));
    }
  }
  auto attached = attach_clsact(request, undo);
  if (attached) attached->other_is_left = had_tcx;
  return attached;
}

void detach_other_carrier(const std::string& pin_path, const Interface& interface,
                          const TagAttached& kept) {
  if (kept.carrier == TagCarrier::kTcx) {
    remove_clsact(interface, kept.made_clsact);
  } else {
    remove_tcx(pin_path, interface);
  }
}

std::optional<TagCarrier> tag_state(const std::string& pin_path, const Interface& interface) {
  const Descriptor link = open_pinned(link_path(pin_path, interface));
  const auto state = link ? link_state(link.get()) : std::nullopt;
  if (state && state->ifindex == interface.index && interface.index != 0) return TagCarrier::kTcx;
  if (clsact_is_ours(pin_path, interface)) return TagCarrier::kClsact;
  return std::nullopt;
}

bool detach_tag(const std::string& pin_path, const Interface& interface) {
  const bool filter = clsact_is_ours(pin_path, interface) &&
                      remove_clsact(interface, made_clsact(pin_path, interface));
  return remove_tcx(pin_path, interface) || filter;
}

}  // namespace sipward::dataplane
