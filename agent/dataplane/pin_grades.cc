// SPDX-License-Identifier: Apache-2.0
#include "agent/dataplane/pin_grades.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <optional>

#include "agent/dataplane/meta.h"
#include "agent/dataplane/pins.h"
#include "bpf/abi.h"

namespace sipward::dataplane {

namespace {

using Grade = Finding::Grade;
namespace fs = std::filesystem;

/// The path that the shipped unit opens for sipwardd, whatever the folders above it allow.
constexpr std::string_view kShippedPinPath = "/sys/fs/bpf/sipward";

Finding about_bpffs(Grade grade, std::string what, std::string remedy = {}) {
  return {.grade = grade, .subject = "bpffs", .what = std::move(what), .remedy = std::move(remedy)};
}

/// bpffs keeps names with a dot for itself.
std::optional<Finding> find_dot(const fs::path& pin_path, const fs::path& existing) {
  for (const fs::path& part : pin_path.lexically_relative(existing)) {
    if (part == "." || part.string().find('.') == std::string::npos) continue;
    return about_bpffs(Grade::kObstacle, fmt::format("takes no name with a dot: {}", part.string()),
                       "another gate.pin_path");
  }
  return std::nullopt;
}

bool may_search(const struct stat& folder, gid_t group) {
  if ((folder.st_mode & S_IXOTH) != 0) return true;
  return folder.st_gid == group && (folder.st_mode & S_IXGRP) != 0;
}

/// The folder above the pin path that keeps the group out. The pin path itself is given to it.
std::optional<std::string> find_barrier(const fs::path& pin_path, gid_t group) {
  for (fs::path folder = pin_path.parent_path(); folder.has_relative_path();
       folder = folder.parent_path()) {
    struct stat info {};
    if (::stat(folder.c_str(), &info) == 0 && !may_search(info, group)) return folder.string();
  }
  return std::nullopt;
}

std::string barrier_remedy(const std::string& pin_path, const std::string& folder) {
  const std::string open = fmt::format("chmod o+x {}", folder);
  if (pin_path == kShippedPinPath) {
    return "nothing under the shipped sipwardd.service; for a sipwardd that is started by hand: " +
           open;
  }
  return fmt::format(
      "BindPaths={} in a drop-in of sipwardd.service; for a sipwardd that is "
      "started by hand: {}",
      pin_path, open);
}

Finding grade_group(const GateConfig& config) {
  const auto gid = find_group(config.group);
  if (!gid) {
    return about_bpffs(
        Grade::kAdvice,
        fmt::format("there is no group '{}': only root can write the bindings, sipwardd cannot",
                    config.group),
        "systemd-sysusers, or groupadd --system " + config.group);
  }
  if (const auto barrier = find_barrier(config.pin_path, *gid)) {
    return about_bpffs(
        Grade::kAdvice,
        fmt::format("{} keeps the group '{}' out of {}", *barrier, config.group, config.pin_path),
        barrier_remedy(config.pin_path, *barrier));
  }
  return about_bpffs(Grade::kGood,
                     fmt::format("the group '{}' can reach {}", config.group, config.pin_path));
}

std::optional<Finding> find_other_version(const std::string& pin_path) {
  const auto meta = read_meta(pin_path);
  if (!meta || meta->abi_version == 0 || meta->abi_version == SIPWARD_ABI_VERSION) {
    return std::nullopt;
  }
  return about_bpffs(Grade::kAdvice,
                     fmt::format("the maps under {} are of ABI version {}, this sipward-gate has "
                                 "{}",
                                 pin_path, meta->abi_version, SIPWARD_ABI_VERSION),
                     "sipward-gate upgrade takes their rows over; sipward-gate detach removes "
                     "them, and the UEs register anew");
}

std::optional<Finding> find_others_pinned(const GateConfig& config) {
  std::vector<std::string> others;
  for (const std::string& name : pinned_interfaces(config.pin_path)) {
    if (std::ranges::find(config.interfaces, name) == config.interfaces.end()) {
      others.push_back(name);
    }
  }
  if (others.empty()) return std::nullopt;
  return about_bpffs(Grade::kAdvice,
                     fmt::format("the gate is pinned for {} too, not in the configuration: attach "
                                 "takes it off there",
                                 fmt::join(others, ", ")),
                     "list them in gate.interfaces if they are to stay guarded");
}

}  // namespace

Findings grade_pins(const GateConfig& config) {
  Findings findings;
  const fs::path existing = nearest_existing(config.pin_path);
  if (!is_bpffs(existing)) {
    findings.push_back(about_bpffs(
        Grade::kObstacle, fmt::format("{} does not lie on a bpffs", config.pin_path),
        "mount -t bpf bpf /sys/fs/bpf, or a gate.pin_path below a bpffs that is mounted"));
    return findings;
  }
  if (auto dot = find_dot(config.pin_path, existing)) {
    findings.push_back(*std::move(dot));
    return findings;
  }
  findings.push_back(about_bpffs(Grade::kGood, fmt::format("{} lies on one", config.pin_path)));
  findings.push_back(grade_group(config));
  if (::access(config.pin_path.c_str(), R_OK | X_OK) != 0 && errno == EACCES) {
    findings.push_back(about_bpffs(
        Grade::kAdvice, fmt::format("what is pinned under {} could not be seen", config.pin_path),
        "run the check as root"));
    return findings;
  }
  if (auto other = find_other_version(config.pin_path)) findings.push_back(*std::move(other));
  if (auto others = find_others_pinned(config)) findings.push_back(*std::move(others));
  return findings;
}

}  // namespace sipward::dataplane
