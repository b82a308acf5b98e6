// SPDX-License-Identifier: Apache-2.0
// Who has no capability can write the rows when he is in the group, and nothing otherwise.
#include <grp.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <functional>

#include "agent/dataplane/bindings.h"
#include "agent/dataplane/counters.h"
#include "agent/dataplane/pins.h"
#include "tests/kernel/lab.h"

namespace sipward::test {
namespace {

constexpr uid_t kNobody = 65'534;
constexpr const char* kGroup = "nogroup";

bool has_no_capability() {
  std::ifstream status("/proc/self/status");
  int empty_sets = 0;
  for (std::string line; std::getline(status, line);) {
    const bool is_set = line.starts_with("CapEff:") || line.starts_with("CapPrm:");
    if (is_set && line.find_first_not_of("0\t ", 7) == std::string::npos) ++empty_sets;
  }
  return empty_sets == 2;
}

/// Exit code of the work, done by a process of `nobody` in the given group only.
int as_nobody(gid_t group, const std::function<int()>& work) {
  const pid_t child = ::fork();
  if (child == 0) {
    if (::setgroups(1, &group) != 0 || ::setresgid(group, group, group) != 0 ||
        ::setresuid(kNobody, kNobody, kNobody) != 0 || !has_no_capability()) {
      ::_exit(99);
    }
    ::_exit(work());
  }
  int status = 0;
  if (::waitpid(child, &status, 0) != child || !WIFEXITED(status)) return -1;
  return WEXITSTATUS(status);
}

class Privilege : public testing::Test {
 protected:
  Privilege() {
    std::vector<std::string> warnings;
    dataplane::set_permissions(gate_.pin_path(), kGroup, warnings);
    EXPECT_TRUE(warnings.empty());
  }
  GateUnderTest gate_{test_config()};
};

TEST_F(Privilege, TheGroupWritesRows) {
  const gid_t group = ::getgrnam(kGroup)->gr_gid;
  const int code = as_nobody(group, [&] {
    auto bindings = dataplane::Bindings::open(gate_.pin_path());
    if (!bindings) return 1;
    if (bindings->install(row({.binding = 9})) != dataplane::InstallStatus::kInstalled) return 2;
    if (!dataplane::read_counters(gate_.pin_path())) return 3;
    return dataplane::open_pinned(gate_.pin_path() + "/counters") ? 4 : 0;  // read, not write
  });
  EXPECT_EQ(code, 0);
  EXPECT_EQ(gate_.run(from_ue4("MESSAGE ")).counted, "bound");
}

TEST_F(Privilege, NobodyElseDoes) {
  const gid_t other = 1;
  ASSERT_NE(::getgrnam(kGroup)->gr_gid, other);
  const int code = as_nobody(other, [&] {
    const auto bindings = dataplane::Bindings::open(gate_.pin_path());
    if (bindings) return 1;
    return bindings.error().find("Permission denied") == std::string::npos ? 2 : 0;
  });
  EXPECT_EQ(code, 0);
}

}  // namespace
}  // namespace sipward::test
