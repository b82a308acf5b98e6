// SPDX-License-Identifier: Apache-2.0
#include "agent/dataplane/tag.h"

#include <gtest/gtest.h>

#include "bpf/abi.h"

namespace sipward::dataplane {
namespace {

using Verdict = ims::Tag::Verdict;

struct Case {
  const char* name;
  std::uint32_t mark;
  std::optional<ims::Tag> tag;
};

TEST(Tag, IsReadFromMarksThatAGateWrites) {
  const Case cases[] = {
      {"none", 0, std::nullopt},
      {"bound", sipward_mark(SIPWARD_VERDICT_BOUND, 0xabc12),
       ims::Tag{.verdict = Verdict::kBound, .binding = 0xabc, .epoch = 0x12}},
      {"bound to row 0", sipward_mark(SIPWARD_VERDICT_BOUND, 0),
       ims::Tag{.verdict = Verdict::kBound, .binding = 0, .epoch = 0}},
      {"unbound", sipward_mark(SIPWARD_VERDICT_UNBOUND, 0), ims::Tag{.verdict = Verdict::kUnbound}},
      {"admitted", sipward_mark(SIPWARD_VERDICT_ADMITTED, 0),
       ims::Tag{.verdict = Verdict::kAdmitted}},
      {"emergency", sipward_mark(SIPWARD_VERDICT_EMERGENCY, 0),
       ims::Tag{.verdict = Verdict::kEmergency}},
      {"a small mark of somebody else", 0x2a, std::nullopt},
      {"a verdict that there is not", 0x60000000, std::nullopt},
      {"the highest mark", 0xffffffff, std::nullopt},
      {"bits between verdict and row", 0x10100000, std::nullopt},
      {"a row where there can be none", 0x20000001, std::nullopt},
  };
  for (const Case& c : cases) EXPECT_EQ(tag_of(c.mark), c.tag) << c.name;
}

}  // namespace
}  // namespace sipward::dataplane
