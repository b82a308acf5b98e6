// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/dataplane/descriptor.h"
#include "sip/result.h"

namespace sipward::dataplane {

/// Names under the pin path. Maps have their own names; the rest is there once for each interface.
enum class Pin : std::uint8_t {
  kGateProgram,  ///< prog_gate_eth0
  kTagProgram,   ///< prog_tag_eth0
  kGateLink,     ///< link_xdp_eth0
  kTagLink,      ///< link_tc_eth0; not there with clsact
};
inline constexpr Pin kPins[] = {Pin::kGateProgram, Pin::kTagProgram, Pin::kGateLink, Pin::kTagLink};

/// An interface's name is part of the file's. bpffs refuses dots (eth0.100): what is no letter,
/// digit, `-` or `_` is written as %2e.
[[nodiscard]] std::string pin_of(const std::string& pin_path, Pin pin, std::string_view interface);
/// The interfaces that have anything pinned, in the order of their names.
[[nodiscard]] std::vector<std::string> pinned_interfaces(const std::string& pin_path);

[[nodiscard]] bool is_bpffs(const std::filesystem::path& folder);
/// The path, or the nearest folder above it that is there.
[[nodiscard]] std::filesystem::path nearest_existing(std::filesystem::path path);
[[nodiscard]] bool exists(const std::string& path);
/// Opens a pinned map, program or link. errno is set when it cannot.
[[nodiscard]] Descriptor open_pinned(const std::string& path);
[[nodiscard]] Descriptor open_pinned_map_to_read(const std::string& path);
/// Pins a new link at once under the name by which the next run knows it: a pin that is there is of
/// an interface that has gone. False: errno is set.
bool pin_new(int fd, const std::string& path);
/// Pins, in the place of what is pinned there already, in one step. False: errno is set.
bool pin_over(int fd, const std::string& path);

/// `Permission denied`
[[nodiscard]] std::string errno_text(int error);
/// Why a pinned map cannot be opened, and what to do.
[[nodiscard]] std::string cannot_open(const std::string& path, int error);

/// The pin path as a folder, made when it is not there, and locked: one sipward-gate at a time.
class PinFolder {
 public:
  /// The error tells when there is no bpffs, and how to mount one.
  static sip::Result<PinFolder, std::string> open(const std::string& pin_path);
  [[nodiscard]] bool was_made() const { return made_; }

 private:
  PinFolder(Descriptor lock, bool made) : lock_(std::move(lock)), made_(made) {}

  Descriptor lock_;
  bool made_;
};

[[nodiscard]] std::optional<gid_t> find_group(const std::string& name);
/// Who may do what: the folder 0750, bindings 0660, other maps 0640, programs and links 0600, all
/// of root and the group. Warnings in `warnings`.
void set_permissions(const std::string& pin_path, const std::string& group,
                     std::vector<std::string>& warnings);

}  // namespace sipward::dataplane
