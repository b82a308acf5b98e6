// SPDX-License-Identifier: Apache-2.0
// Who has no capability can write the rows when he is in the group, and nothing otherwise.
#include <grp.h>
#include <gtest/gtest.h>

#include "agent/dataplane/bindings.h"
#include "agent/dataplane/counters.h"
#include "agent/dataplane/pins.h"
#include "tests/kernel/as_nobody.h"
#include "tests/kernel/lab.h"

namespace sipward::test {
namespace {

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
