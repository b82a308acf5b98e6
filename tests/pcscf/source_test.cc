// SPDX-License-Identifier: Apache-2.0
#include "agent/pcscf/source.h"

#include <gtest/gtest.h>

namespace sipward::pcscf {
namespace {

using Verdict = ims::Tag::Verdict;
using Policy = ims::TagPolicy;

TEST(JudgeSource, KernelAndTableMustAgree) {
  FlowBinding row;
  row.id = 0x5123;  // the tag has its low 12 bits
  row.epoch = 0x1fe;
  const ims::Tag right{.verdict = Verdict::kBound, .binding = 0x123, .epoch = 0xfe};
  const ims::Tag old_epoch{.verdict = Verdict::kBound, .binding = 0x123, .epoch = 0xfd};
  const ims::Tag other_row{.verdict = Verdict::kBound, .binding = 0x124, .epoch = 0xfe};
  const ims::Tag unbound{.verdict = Verdict::kUnbound};
  const ims::Tag admitted{.verdict = Verdict::kAdmitted};
  const struct {
    const char* name;
    Policy policy;
    const FlowBinding* row;
    std::optional<ims::Tag> tag;
    bool bound;
    bool may_register;
    bool mismatch;
  } rows[] = {
      {"required: both say so", Policy::kRequired, &row, right, true, true, false},
      {"required: old epoch", Policy::kRequired, &row, old_epoch, false, true, true},
      {"required: other row", Policy::kRequired, &row, other_row, false, true, true},
      {"required: kernel saw none", Policy::kRequired, &row, unbound, false, false, true},
      {"required: admitted only", Policy::kRequired, &row, admitted, false, true, true},
      {"required: no tag", Policy::kRequired, &row, std::nullopt, false, false, true},
      {"required: row is gone", Policy::kRequired, nullptr, right, false, true, true},
      {"required: stranger", Policy::kRequired, nullptr, admitted, false, true, false},
      {"required: unbound stranger", Policy::kRequired, nullptr, unbound, false, false, false},
      {"required: stranger without a tag", Policy::kRequired, nullptr, std::nullopt, false, false,
       false},
      {"advisory: agreement", Policy::kAdvisory, &row, right, true, true, false},
      {"advisory: difference is told", Policy::kAdvisory, &row, old_epoch, true, true, true},
      {"advisory: stranger", Policy::kAdvisory, nullptr, unbound, false, true, false},
      {"absent: the table decides", Policy::kAbsent, &row, old_epoch, true, true, false},
      {"absent: stranger", Policy::kAbsent, nullptr, std::nullopt, false, true, false},
  };
  for (const auto& r : rows) {
    const Source source = judge_source(r.row, r.tag, r.policy);
    EXPECT_EQ(source.row != nullptr, r.bound) << r.name;
    EXPECT_EQ(source.may_register, r.may_register) << r.name;
    EXPECT_EQ(source.mismatch, r.mismatch) << r.name;
  }
}

}  // namespace
}  // namespace sipward::pcscf
