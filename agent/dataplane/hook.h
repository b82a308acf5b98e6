// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "agent/dataplane/descriptor.h"
#include "agent/dataplane/gate.h"
#include "agent/dataplane/undo.h"
#include "sip/result.h"

/// The two places of an interface where a program of ours hangs: XDP, and tc ingress. Everything
/// here is about one interface of the current network namespace.
namespace sipward::dataplane {

struct Interface {
  std::string name;
  std::uint32_t index = 0;
};

/// What the kernel says about the XDP hook.
struct XdpState {
  InterfaceStatus::Hook hook = InterfaceStatus::Hook::kNone;
  std::uint32_t program_id = 0;
};
[[nodiscard]] XdpState xdp_state(std::uint32_t ifindex);

/// A pinned link, as the kernel has it.
struct LinkState {
  std::uint32_t id = 0;
  std::uint32_t program_id = 0;
  std::uint32_t ifindex = 0;  ///< 0: the interface is gone, the link holds nothing
};
[[nodiscard]] std::optional<LinkState> link_state(int link);

[[nodiscard]] std::uint32_t program_id(int program);
/// Names the program if we may ask.
[[nodiscard]] ForeignProgram describe_program(std::uint32_t id);
/// The XDP program of somebody else's on the interface.
[[nodiscard]] std::optional<ForeignProgram> foreign_xdp(const std::string& pin_path,
                                                        const Interface& interface);
[[nodiscard]] std::string foreign_error(const Interface& interface, const ForeignProgram& program);

struct AttachRequest {
  std::string pin_path;
  Interface interface;
  int program = -1;
};

struct XdpAttached {
  bool replaced = false;  ///< our gate was there: its program was exchanged in place
  bool generic = false;
};
/// `undo` takes it back. The error is one line.
sip::Result<XdpAttached, std::string> attach_xdp(const AttachRequest& request, bool allow_generic,
                                                 Undo& undo);

// Our filter among those of the clsact qdisc: first, because others may end the walk.
inline constexpr std::uint32_t kTagPriority = 1;
inline constexpr std::uint32_t kTagHandle = 0x5153;

struct TagAttached {
  TagCarrier carrier = TagCarrier::kTcx;  ///< kTcx or kClsact
  bool other_is_left = false;  ///< by the other one too: `detach_other_carrier` when all is well
  bool made_clsact = false;    ///< there was no such qdisc before
};
sip::Result<TagAttached, std::string> attach_tag(const AttachRequest& request, TagCarrier wanted,
                                                 Undo& undo);
void detach_other_carrier(const std::string& pin_path, const Interface& interface,
                          const TagAttached& kept);
/// Where our tag program hangs; nullopt: nowhere.
[[nodiscard]] std::optional<TagCarrier> tag_state(const std::string& pin_path,
                                                  const Interface& interface);

/// Takes our programs off and removes the pins. True when there was something.
bool detach_xdp(const std::string& pin_path, const Interface& interface);
bool detach_tag(const std::string& pin_path, const Interface& interface);
/// Both, the pinned programs and the slot. Needs neither maps nor programs that work.
bool detach_interface(const std::string& pin_path, const std::string& name);

}  // namespace sipward::dataplane
