// SPDX-License-Identifier: Apache-2.0
// Where a row's REGISTER entered: which anchor a row has, and the gate with it.
#include <gtest/gtest.h>

#include "agent/pcscf/row_keeper.h"
#include "tests/pcscf/pcscf_lab.h"

namespace sipward::pcscf::test {
namespace {

using Verdict = ims::Tag::Verdict;

constexpr const char* kAt = "203.0.113.7:5060";
const ims::Anchor kHere{.slot = 0, .mac = {2, 0, 0, 0, 0, 1}, .hop_limit = 64};
const ims::Anchor kThere{.slot = 1, .mac = {2, 0, 0, 0, 0, 2}, .hop_limit = 63};

/// A P-CSCF behind a gate that notes anchors.
class Anchored : public testing::Test {
 protected:
  Anchored()
      : lab([](Config& c) {
          c.tag_policy = ims::TagPolicy::kRequired;
          c.on_shared_ip = OnSharedIp::kPortBind;
        }) {}
  /// The gate admits the REGISTER and notes where it entered.
  int admitted(const Phone& phone, const ims::Anchor& anchor) {
    lab.tag = ims::Tag{.verdict = Verdict::kAdmitted};
    lab.anchor = anchor;
    return lab.register_phone(phone);
  }
  /// The gate finds the row, and the packet has its anchor.
  int bound(const Phone& phone) {
    const FlowBinding* row = lab.row(phone.source);
    lab.tag = ims::Tag{.verdict = Verdict::kBound,
                       .binding = static_cast<std::uint16_t>(row->id & 0xfff),
                       .epoch = static_cast<std::uint8_t>(row->epoch)};
    lab.anchor.reset();
    return lab.register_phone(phone);
  }
  std::optional<ims::Anchor> anchor(const char* source = kAt) {
    const FlowBinding* row = lab.row(source);
    EXPECT_EQ(lab.kernel.at(row->key).anchor, row->anchor) << "the kernel has what the table has";
    return row->anchor;
  }
  Lab lab;
};

TEST_F(Anchored, RowHasThatOfItsRegister) {
  ASSERT_EQ(admitted({}, kHere), 200);
  EXPECT_EQ(anchor(), kHere);
}

TEST_F(Anchored, RefreshByTheRowKeepsIt) {
  ASSERT_EQ(admitted({}, kHere), 200);
  ASSERT_EQ(bound({}), 200);
  EXPECT_EQ(anchor(), kHere);
}

TEST_F(Anchored, OnlyTheOkMovesIt) {
  ASSERT_EQ(admitted({}, kHere), 200);
  const FlowBinding before = *lab.row(kAt);
  lab.tag = ims::Tag{.verdict = Verdict::kAdmitted};
  lab.anchor = kThere;
  const sip::Message request = lab.send_register({})->clone();
  EXPECT_EQ(anchor(), kHere) << "asked for, not granted";
  lab.core_answers(request, 403);
  EXPECT_EQ(anchor(), kHere);
  ASSERT_EQ(admitted({}, kThere), 200);
  EXPECT_EQ(anchor(), kThere);
  EXPECT_EQ(lab.row(kAt)->epoch, before.epoch);
  EXPECT_EQ(lab.row(kAt)->id, before.id);
}

TEST_F(Anchored, NextTenantByTheSameDoorKeepsIt) {
  ASSERT_EQ(admitted({}, kHere), 200);
  ASSERT_EQ(bound({.name = "bob", .source = kAt}), 200);
  EXPECT_EQ(lab.row(kAt)->impi.text, "bob_priv@home1.example");
  EXPECT_EQ(anchor(), kHere) << "the gate compared it with the row's";
}

TEST_F(Anchored, NextTenantByAnotherDoorHasHisOwn) {
  ASSERT_EQ(admitted({}, kHere), 200);
  ASSERT_EQ(admitted({.name = "bob", .source = kAt}, kThere), 200);
  EXPECT_EQ(anchor(), kThere);
}

TEST_F(Anchored, NarrowedNeighbourKeepsHisOwn) {
  ASSERT_EQ(admitted({.source = "203.0.113.7:5060"}, kHere), 200);
  ASSERT_EQ(admitted({.name = "bob", .source = "203.0.113.7:5062"}, kThere), 200);
  EXPECT_EQ(anchor("203.0.113.7:5060"), kHere);
  EXPECT_EQ(anchor("203.0.113.7:5062"), kThere);
}

TEST_F(Anchored, WithoutANoteThereIsNone) {
  lab.tag = ims::Tag{.verdict = Verdict::kAdmitted};
  ASSERT_EQ(lab.register_phone({}), 200);
  EXPECT_FALSE(anchor());
}

// A REGISTER by another door is a stranger's until its answer was right.
TEST_F(Anchored, AnotherDoorProvesNoAssociation) {
  ASSERT_EQ(admitted({}, kHere), 200);
  lab.tag = ims::Tag{.verdict = Verdict::kAdmitted};
  lab.anchor = kThere;
  const sip::Message* request = lab.send_register({}, Phone{}.unanswered());
  ASSERT_NE(request, nullptr);
  EXPECT_EQ(values(*request, sip::Field::kAuthorization).find("integrity-protected"),
            std::string::npos);
}

TEST_F(Anchored, FullTableStillLetsATenantMove) {
  Lab small([](Config& c) {
    c.tag_policy = ims::TagPolicy::kRequired;
    c.max_bindings = 1;
  });
  small.tag = ims::Tag{.verdict = Verdict::kAdmitted};
  ASSERT_EQ(small.register_phone({}), 200);
  EXPECT_EQ(small.register_phone({.name = "bob", .source = "203.0.113.8:5060"}), 503);
  small.anchor = kThere;
  ASSERT_EQ(small.register_phone({}), 200);
  EXPECT_EQ(small.row(kAt)->anchor, kThere);
}

}  // namespace
}  // namespace sipward::pcscf::test
