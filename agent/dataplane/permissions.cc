// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <grp.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>

#include "agent/dataplane/map_names.h"
#include "agent/dataplane/pins.h"

namespace sipward::dataplane {

namespace {

constexpr std::size_t kGroupBuffer = 16'384;

/// What the daemon writes: rows and what is derived from them, lanes, the pulse. A ring's consumer
/// writes how far it has read.
constexpr std::string_view kDaemonWrites[] = {kBindings4,  kBindings6,     kAddresses4,
                                              kAddresses6, kAddressFilter, kChallenged,
                                              kKnown,      kEvents,        kPulse};

mode_t mode_of(const std::string& name) {
  if (std::ranges::find(kDaemonWrites, name) != std::end(kDaemonWrites)) return 0660;
  for (const std::string_view map : kMapNames) {
    if (name == map) return 0640;
  }
  return 0600;
}

}  // namespace

std::optional<gid_t> find_group(const std::string& name) {
  std::array<char, kGroupBuffer> buffer{};
  group entry{};
  group* found = nullptr;
  if (::getgrnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found) != 0 || !found) {
    return std::nullopt;
  }
  return found->gr_gid;
}

void set_permissions(const std::string& pin_path, const std::string& group,
                     std::vector<std::string>& warnings) {
  const auto gid = find_group(group);
  if (!gid) {
    warnings.push_back(
        fmt::format("there is no group '{}': only root can write the bindings, "
                    "sipwardd cannot",
                    group));
  }
  const auto apply = [&](const std::string& path, mode_t mode) {
    if (::chmod(path.c_str(), mode) != 0) {
      warnings.push_back(fmt::format("chmod {}: {}", path, errno_text(errno)));
    }
    if (gid && ::lchown(path.c_str(), static_cast<uid_t>(-1), *gid) != 0) {
      warnings.push_back(fmt::format("chgrp {} {}: {}", group, path, errno_text(errno)));
    }
  };
  apply(pin_path, 0750);
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(pin_path, ignored)) {
    apply(entry.path().string(), mode_of(entry.path().filename().string()));
  }
}

}  // namespace sipward::dataplane
