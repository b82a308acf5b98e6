// SPDX-License-Identifier: Apache-2.0
#include "agent/ops/privileges.h"

#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

namespace sipward::ops {
namespace {

std::string line_of_status(const std::string& name) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(name + ":"))
      return line.substr(line.find_first_not_of(" \t", name.size() + 1));
  }
  return "missing";
}

/// In a process of its own: what has been given up does not come back.
[[noreturn]] void drop_and_tell() {
  const auto error = drop_privileges("nobody");
  if (error) std::fprintf(stderr, "%s", error->c_str());
  for (const char* set : {"CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"}) {
    const std::string value = line_of_status(set);
    if (value != "0000000000000000") std::fprintf(stderr, "%s is %s ", set, value.c_str());
  }
  if (geteuid() == 0 || getegid() == 0) std::fprintf(stderr, "still root ");
  if (setuid(0) == 0) std::fprintf(stderr, "root again ");
  if (line_of_status("NoNewPrivs") != "1") std::fprintf(stderr, "may gain privileges ");
  if (prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0) std::fprintf(stderr, "dumps core ");
  std::fprintf(stderr, "done");
  std::_Exit(0);
}

TEST(DropPrivileges, NothingIsLeft) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root, to have something to give up";
  EXPECT_EXIT(drop_and_tell(), testing::ExitedWithCode(0), "^done$");
}

TEST(DropPrivileges, RefusesToStayRoot) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root";
  EXPECT_EXIT(
      {
        std::fputs(drop_privileges("root").value_or("nothing wrong").c_str(), stderr);
        std::_Exit(0);
      },
      testing::ExitedWithCode(0), "^daemon.user 'root' is root: name another$");
}

TEST(DropPrivileges, SaysWhichUserIsMissing) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root";
  EXPECT_EXIT(
      {
        std::fputs(drop_privileges("no-such-user").value_or("nothing wrong").c_str(), stderr);
        std::_Exit(0);
      },
      testing::ExitedWithCode(0), "^no system user 'no-such-user'");
}

}  // namespace
}  // namespace sipward::ops
