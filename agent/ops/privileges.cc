// SPDX-License-Identifier: Apache-2.0
#include "agent/ops/privileges.h"

#include <cap-ng.h>
#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace sipward::ops {
namespace {

std::string failed(std::string_view what) {
  return fmt::format("cannot {}: {}", what, std::strerror(errno));
}

/// Groups before user: afterwards there is no right to.
std::optional<std::string> become(const std::string& user) {
  errno = 0;
  const passwd* entry = getpwnam(user.c_str());
  if (entry == nullptr) {
    return fmt::format(
        "no system user '{}' (daemon.user): create it (systemd-sysusers) or name another", user);
  }
  if (entry->pw_uid == 0) return fmt::format("daemon.user '{}' is root: name another", user);
  const uid_t uid = entry->pw_uid;
  const gid_t gid = entry->pw_gid;
  if (initgroups(user.c_str(), gid) != 0) return failed("set the groups of " + user);
  if (setresgid(gid, gid, gid) != 0) return failed("set the group of " + user);
  if (setresuid(uid, uid, uid) != 0) return failed("become " + user);
  return std::nullopt;
}

/// The bounding set can be lowered only with CAP_SETPCAP, which is there while we are root.
std::optional<std::string> clear_bounding_set() {
  capng_clear(CAPNG_SELECT_BOUNDS);
  if (capng_apply(CAPNG_SELECT_BOUNDS) != 0) return failed("clear the capability bounding set");
  return std::nullopt;
}

std::optional<std::string> clear_capabilities() {
  capng_clear(CAPNG_SELECT_CAPS);
  if (capng_apply(CAPNG_SELECT_CAPS) != 0) return failed("clear the capabilities");
  if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0) {
    return failed("clear the ambient capabilities");
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> drop_privileges(const std::string& user) {
  if (geteuid() == 0) {
    if (auto error = clear_bounding_set()) return error;
    if (auto error = become(user)) return error;
  }
  if (auto error = clear_capabilities()) return error;
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return failed("set no_new_privs");
  if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) return failed("forbid core dumps");
  return std::nullopt;
}

}  // namespace sipward::ops
