// SPDX-License-Identifier: Apache-2.0
#include "agent/dataplane/pin_grades.h"

#include <bpf/bpf.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "agent/dataplane/pins.h"
#include "tests/kernel/lab.h"
#include "tests/kernel/net_lab.h"

namespace sipward::test {
namespace {

using dataplane::Finding;
using dataplane::Findings;
using Grade = Finding::Grade;

class PinGrades : public testing::Test {
 protected:
  PinGrades() {
    use_private_bpffs();
    config_.pin_path = new_pin_path();
    config_.group = "nogroup";
  }

  /// The lines of this grade.
  std::string lines(Grade grade) const {
    std::string text;
    for (const Finding& one : dataplane::grade_pins(config_)) {
      if (one.grade == grade) text += to_line(one) + "\n";
    }
    return text;
  }

  dataplane::GateConfig config_ = test_config();
};

#define EXPECT_PART(text, part) EXPECT_NE((text).find(part), std::string::npos) << (text)

TEST_F(PinGrades, ANewPathOnABpffsIsFine) {
  EXPECT_EQ(lines(Grade::kAdvice) + lines(Grade::kObstacle), "");
  EXPECT_PART(lines(Grade::kGood), "the group 'nogroup' can reach");
  EXPECT_FALSE(dataplane::exists(config_.pin_path)) << "it is not made";
}

TEST_F(PinGrades, AnotherFilesystemIsNot) {
  config_.pin_path = "/run/sw-no-bpffs/gate";
  EXPECT_PART(lines(Grade::kObstacle), "does not lie on a bpffs; remedy: mount -t bpf bpf");
}

TEST_F(PinGrades, ADotInAName) {
  config_.pin_path += ".d/gate";
  EXPECT_PART(lines(Grade::kObstacle), "takes no name with a dot: ");
  std::error_code error;
  EXPECT_FALSE(std::filesystem::create_directories(config_.pin_path, error))
      << "what it says is true";
}

TEST_F(PinGrades, AMissingGroup) {
  config_.group = "no-such-group";
  EXPECT_PART(lines(Grade::kAdvice), "there is no group 'no-such-group'");
  EXPECT_PART(lines(Grade::kAdvice), "systemd-sysusers");
}

TEST_F(PinGrades, AFolderAboveThatKeepsTheGroupOut) {
  ASSERT_EQ(::chmod("/sys/fs/bpf", 0700), 0);
  EXPECT_PART(lines(Grade::kAdvice), "/sys/fs/bpf keeps the group 'nogroup' out of");
  EXPECT_PART(lines(Grade::kAdvice), "BindPaths=" + config_.pin_path);
  config_.pin_path = "/sys/fs/bpf/sipward";
  EXPECT_PART(lines(Grade::kAdvice), "remedy: nothing under the shipped sipwardd.service");
  ASSERT_EQ(::chmod("/sys/fs/bpf", 0755), 0);
}

TEST_F(PinGrades, MapsOfAnotherVersionAndInterfacesThatLeft) {
  const NetLab lab;
  ASSERT_TRUE(lab.attach(config_).ok());
  EXPECT_EQ(lines(Grade::kAdvice), "");
  const dataplane::Descriptor meta = dataplane::open_pinned(config_.pin_path + "/meta");
  sipward_meta older{};
  older.abi_version = SIPWARD_ABI_VERSION - 1;
  const std::uint32_t row = 0;
  ASSERT_EQ(bpf_map_update_elem(meta.get(), &row, &older, BPF_ANY), 0);
  config_.interfaces = {"sw2"};
  EXPECT_PART(lines(Grade::kAdvice), "sipward-gate upgrade");
  EXPECT_PART(lines(Grade::kAdvice), "pinned for sw0 too");
  EXPECT_TRUE(lab.detach(config_.pin_path).ok());
}

}  // namespace
}  // namespace sipward::test
