// SPDX-License-Identifier: Apache-2.0
#include "agent/pcscf/source.h"

#include <gtest/gtest.h>

namespace sipward::pcscf {
namespace {

using Verdict = ims::Tag::Verdict;
using Policy = ims::TagPolicy;

const ims::Tag kRight{.verdict = Verdict::kBound, .binding = 0x123, .epoch = 0xfe};
const ims::Tag kUnbound{.verdict = Verdict::kUnbound};
const ims::Tag kAdmitted{.verdict = Verdict::kAdmitted};

FlowBinding make_row() {
  FlowBinding row;
  row.id = 0x5123;  // the tag has its low 12 bits
  row.epoch = 0x1fe;
  return row;
}

TEST(JudgeSource, KernelAndTableMustAgree) {
  const FlowBinding row = make_row();
  const ims::Tag old_epoch{.verdict = Verdict::kBound, .binding = 0x123, .epoch = 0xfd};
  const ims::Tag other_row{.verdict = Verdict::kBound, .binding = 0x124, .epoch = 0xfe};
  const struct {
    const char* name;
    Policy policy;
    const FlowBinding* row;
    std::optional<ims::Tag> tag;
    bool bound;
    bool may_register;
    bool mismatch;
  } rows[] = {
      {"required: both say so", Policy::kRequired, &row, kRight, true, true, false},
      {"required: old epoch", Policy::kRequired, &row, old_epoch, false, true, true},
      {"required: other row", Policy::kRequired, &row, other_row, false, true, true},
      {"required: kernel saw none", Policy::kRequired, &row, kUnbound, false, false, true},
      {"required: admitted only", Policy::kRequired, &row, kAdmitted, false, true, true},
      {"required: no tag", Policy::kRequired, &row, std::nullopt, false, false, true},
      {"required: row is gone", Policy::kRequired, nullptr, kRight, false, true, true},
      {"required: stranger", Policy::kRequired, nullptr, kAdmitted, false, true, false},
      {"required: unbound stranger", Policy::kRequired, nullptr, kUnbound, false, false, false},
      {"required: stranger without a tag", Policy::kRequired, nullptr, std::nullopt, false, false,
       false},
      {"advisory: agreement", Policy::kAdvisory, &row, kRight, true, true, false},
      {"advisory: difference is told", Policy::kAdvisory, &row, old_epoch, true, true, true},
      {"advisory: stranger", Policy::kAdvisory, nullptr, kUnbound, false, true, false},
      {"absent: the table decides", Policy::kAbsent, &row, old_epoch, true, true, false},
      {"absent: stranger", Policy::kAbsent, nullptr, std::nullopt, false, true, false},
  };
  for (const auto& r : rows) {
    const Source source = judge_source(r.row, r.tag, r.policy);
    EXPECT_EQ(source.row != nullptr, r.bound) << r.name;
    EXPECT_EQ(source.may_register, r.may_register) << r.name;
    EXPECT_EQ(source.mismatch, r.mismatch) << r.name;
    EXPECT_FALSE(source.suspect) << r.name;
  }
}

TEST(JudgeSource, EarlierTenantIsToldFromAnyOtherMismatch) {
  FlowBinding row = make_row();
  row.former_id = 0x6777;
  const auto bound = [](std::uint16_t binding, std::uint8_t epoch) {
    return ims::Tag{.verdict = Verdict::kBound, .binding = binding, .epoch = epoch};
  };
  ims::Tag suspect = bound(0x777, 0xfd);
  suspect.verdict = Verdict::kSuspect;
  const struct {
    const char* name;
    const FlowBinding* row;
    std::optional<ims::Tag> tag;
    bool stale;
  } rows[] = {
      {"right", &row, kRight, false},
      {"the row, another epoch", &row, bound(0x123, 0xfd), true},
      {"the tenant before", &row, bound(0x777, 0xfd), true},
      {"the tenant before, suspect", &row, suspect, true},
      {"the id of the tenant before, another epoch", &row, bound(0x777, 0xfc), false},
      {"another row", &row, bound(0x124, 0xfe), false},
      {"admitted", &row, kAdmitted, false},
      {"no tag", &row, std::nullopt, false},
      {"no row", nullptr, bound(0x123, 0xfd), false},
  };
  for (const auto& r : rows) {
    for (const Policy policy : {Policy::kRequired, Policy::kAdvisory}) {
      EXPECT_EQ(judge_source(r.row, r.tag, policy).stale_epoch, r.stale) << r.name;
    }
  }
  EXPECT_FALSE(judge_source(&row, bound(0x123, 0xfd), Policy::kAbsent).stale_epoch);
}

TEST(JudgeSource, SuspectByTheKernelsWordOrTheTables) {
  const FlowBinding row = make_row();
  FlowBinding released = row;
  released.suspect = true;
  ims::Tag suspect = kRight;
  suspect.verdict = Verdict::kSuspect;
  ims::Tag other = suspect;
  ++other.binding;
  const struct {
    const char* name;
    Policy policy;
    const FlowBinding* row;
    std::optional<ims::Tag> tag;
    bool bound;
    bool suspect;
    bool mismatch;
  } rows[] = {
      {"required: kernel", Policy::kRequired, &row, suspect, true, true, false},
      {"required: table", Policy::kRequired, &released, kRight, true, true, false},
      {"required: other row", Policy::kRequired, &row, other, false, false, true},
      {"required: no row", Policy::kRequired, nullptr, suspect, false, false, true},
      {"required: REGISTER of a refused one", Policy::kRequired, &released, kAdmitted, false, false,
       true},
      {"advisory: kernel", Policy::kAdvisory, &row, suspect, true, true, false},
      {"advisory: table", Policy::kAdvisory, &released, kUnbound, true, true, true},
      {"absent: table", Policy::kAbsent, &released, std::nullopt, true, true, false},
      {"absent: tags mean nothing", Policy::kAbsent, &row, suspect, true, false, false},
  };
  for (const auto& r : rows) {
    const Source source = judge_source(r.row, r.tag, r.policy);
    EXPECT_EQ(source.row != nullptr, r.bound) << r.name;
    EXPECT_EQ(source.suspect, r.suspect) << r.name;
    EXPECT_EQ(source.mismatch, r.mismatch) << r.name;
    EXPECT_EQ(source.registrant() != nullptr, r.bound && !r.suspect) << r.name;
    if (r.tag == suspect && r.policy == Policy::kRequired) {
      EXPECT_TRUE(source.may_register) << r.name;
    }
  }
}

TEST(JudgeSource, WhatPassedByTheRowHasItsAnchor) {
  FlowBinding row = make_row();
  row.anchor = ims::Anchor{.slot = 1};
  EXPECT_EQ(judge_source(&row, kRight, Policy::kRequired).anchor, row.anchor);
  EXPECT_FALSE(judge_source(&row, kAdmitted, Policy::kRequired).anchor) << "another, perhaps";
  EXPECT_FALSE(judge_source(&row, std::nullopt, Policy::kAdvisory).anchor);
}

}  // namespace
}  // namespace sipward::pcscf
