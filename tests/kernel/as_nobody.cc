// SPDX-License-Identifier: Apache-2.0
#include "tests/kernel/as_nobody.h"

#include <grp.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <string>

namespace sipward::test {

namespace {

constexpr uid_t kNobody = 65'534;

bool has_no_capability() {
  std::ifstream status("/proc/self/status");
  int empty_sets = 0;
  for (std::string line; std::getline(status, line);) {
    const bool is_set = line.starts_with("CapEff:") || line.starts_with("CapPrm:");
    if (is_set && line.find_first_not_of("0\t ", 7) == std::string::npos) ++empty_sets;
  }
  return empty_sets == 2;
}

}  // namespace

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

}  // namespace sipward::test
