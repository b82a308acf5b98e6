// SPDX-License-Identifier: Apache-2.0
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fmt/format.h>
#include <linux/if_link.h>

#include <cerrno>
#include <memory>

#include "agent/dataplane/hook.h"
#include "agent/dataplane/pins.h"

namespace sipward::dataplane {

namespace {

std::string link_path(const AttachRequest& request) {
  return pin_of(request.pin_path, Pin::kGateLink, request.interface.name);
}

std::string explain(const AttachRequest& request, bool allow_generic, int error) {
  const std::string what = fmt::format("cannot attach to {} in native mode: {}",
                                       request.interface.name, errno_text(error));
  if (error == EPERM || error == EACCES) return what + ": run as root or with CAP_NET_ADMIN";
  const std::string hint =
      ": its driver or its settings (MTU, number of queues, LRO; see dmesg) do not allow it";
  return allow_generic ? what + hint
                       : what + hint + "; allow_generic = true allows the slow generic mode";
}

/// Our own gate hangs there: its program is exchanged, without a moment in between.
sip::Result<XdpAttached, std::string> replace(const AttachRequest& request, Descriptor link,
                                              Undo& undo) {
  Descriptor before =
      open_pinned(pin_of(request.pin_path, Pin::kGateProgram, request.interface.name));
  if (bpf_link_update(link.get(), request.program, nullptr) != 0) {
    return fmt::format("cannot replace the gate on {}: {}", request.interface.name,
                       errno_text(errno));
  }
  auto held =
      std::make_shared<std::pair<Descriptor, Descriptor>>(std::move(link), std::move(before));
  undo.add([held] {
    if (held->second) bpf_link_update(held->first.get(), held->second.get(), nullptr);
  });
  const bool generic = xdp_state(request.interface.index).hook == InterfaceStatus::Hook::kGeneric;
  return XdpAttached{.replaced = true, .generic = generic};
}

Descriptor create_link(const AttachRequest& request, std::uint32_t flags) {
  LIBBPF_OPTS(bpf_link_create_opts, options, .flags = flags);
  return Descriptor{bpf_link_create(request.program, static_cast<int>(request.interface.index),
                                    BPF_XDP, &options)};
}

/// A driver that has no native XDP says EOPNOTSUPP; one that has it but not with these settings,
/// EINVAL, ERANGE or others.
bool may_go_generic(int error) { return error != EBUSY && error != EPERM && error != EACCES; }

sip::Result<XdpAttached, std::string> create(const AttachRequest& request, bool allow_generic,
                                             Undo& undo) {
  XdpAttached attached;
  Descriptor link = create_link(request, XDP_FLAGS_DRV_MODE);
  if (!link && allow_generic && may_go_generic(errno)) {
    link = create_link(request, XDP_FLAGS_SKB_MODE);
    attached.generic = true;
  }
  if (!link) {
    const int error = errno;
    const auto foreign = foreign_xdp(request.pin_path, request.interface);
    if (foreign) return foreign_error(request.interface, *foreign);
    return explain(request, allow_generic, error);
  }
  if (!pin_new(link.get(), link_path(request))) {
    return fmt::format("cannot pin {}: {}", link_path(request), errno_text(errno));
  }
  undo.add([=] { detach_xdp(request.pin_path, request.interface); });
  return attached;
}

}  // namespace

XdpState xdp_state(std::uint32_t ifindex) {
  LIBBPF_OPTS(bpf_xdp_query_opts, query);
  if (bpf_xdp_query(static_cast<int>(ifindex), 0, &query) != 0) return {};
  if (query.drv_prog_id != 0) {
    return {.hook = InterfaceStatus::Hook::kNative, .program_id = query.drv_prog_id};
  }
  if (query.skb_prog_id != 0) {
    return {.hook = InterfaceStatus::Hook::kGeneric, .program_id = query.skb_prog_id};
  }
  if (query.hw_prog_id != 0) {
    return {.hook = InterfaceStatus::Hook::kNative, .program_id = query.hw_prog_id};
  }
  return {};
}

std::optional<LinkState> link_state(int link) {
  bpf_link_info info{};
  __u32 size = sizeof(info);
  if (bpf_obj_get_info_by_fd(link, &info, &size) != 0) return std::nullopt;
  // A tcx link has its ifindex at the same place (linux/bpf.h since 6.6).
  return LinkState{.id = info.id, .program_id = info.prog_id, .ifindex = info.xdp.ifindex};
}

std::uint32_t program_id(int program) {
  bpf_prog_info info{};
  __u32 size = sizeof(info);
  return bpf_obj_get_info_by_fd(program, &info, &size) == 0 ? info.id : 0;
}

ForeignProgram describe_program(std::uint32_t id) {
  ForeignProgram described{.id = id, .name = {}};
  const Descriptor program{bpf_prog_get_fd_by_id(id)};
  bpf_prog_info info{};
  __u32 size = sizeof(info);
  if (program && bpf_obj_get_info_by_fd(program.get(), &info, &size) == 0) {
    described.name = info.name;
  }
  return described;
}

std::optional<ForeignProgram> foreign_xdp(const std::string& pin_path, const Interface& interface) {
  const std::uint32_t running = xdp_state(interface.index).program_id;
  if (running == 0) return std::nullopt;
  const Descriptor link = open_pinned(pin_of(pin_path, Pin::kGateLink, interface.name));
  const auto ours = link ? link_state(link.get()) : std::nullopt;
  if (ours && ours->program_id == running) return std::nullopt;
  return describe_program(running);
}

std::string foreign_error(const Interface& interface, const ForeignProgram& program) {
  return fmt::format(
      "{0} already runs the XDP program {1}, which is not ours: nothing was "
      "changed; take it off (ip link set dev {0} xdp off, or the tool that owns "
      "it) or leave {0} to it",
      interface.name, program.text());
}

sip::Result<XdpAttached, std::string> attach_xdp(const AttachRequest& request, bool allow_generic,
                                                 Undo& undo) {
  Descriptor link = open_pinned(link_path(request));
  if (link) {
    const auto state = link_state(link.get());
    if (state && state->ifindex == request.interface.index) {
      return replace(request, std::move(link), undo);
    }
    // The interface was made anew or renamed: what is pinned under its name is not on it.
    detach_xdp(request.pin_path, request.interface);
  }
  return create(request, allow_generic, undo);
}

bool detach_xdp(const std::string& pin_path, const Interface& interface) {
  const std::string path = pin_of(pin_path, Pin::kGateLink, interface.name);
  // Removing the pin detaches too, but some time later.
  if (const Descriptor link = open_pinned(path); link) bpf_link_detach(link.get());
  return ::unlink(path.c_str()) == 0;
}

}  // namespace sipward::dataplane
