// SPDX-License-Identifier: Apache-2.0
#include "agent/scscf/precedence.h"

#include <gtest/gtest.h>

#include "tests/scscf/role.h"

namespace sipward::scscf {
namespace {

/// TS 33.203 Annex Q. The proved user is bob: sip:bob, sip:family (shared with alice), and
/// sip:quiet, which is barred.
struct PrecedenceRow {
  const char* name;
  std::vector<const char*> asserted;
  bool registered = true;
  PrecedenceMismatch on_mismatch = PrecedenceMismatch::kRewrite;
  Precedence decision = Precedence::kKeep;
};
class PrecedenceTable : public testing::TestWithParam<PrecedenceRow> {};

TEST_P(PrecedenceTable, Decides) {
  const PrecedenceRow& row = GetParam();
  Subscriber bob = test::make_user(
      test::kBobImpi, "bob-pw-2",
      {"<sip:bob@home1.example>", "<sip:family@home1.example>", "<sip:quiet@home1.example>"});
  bob.identities[2].barred = true;
  const Registration registration{.impi = bob.impi, .identities = bob.identities};
  std::vector<ims::Impu> asserted;
  for (const char* text : row.asserted) asserted.push_back(*ims::Impu::parse(text));
  EXPECT_EQ(
      decide_precedence(asserted, bob, row.registered ? &registration : nullptr, row.on_mismatch),
      row.decision);
}

INSTANTIATE_TEST_SUITE_P(
    AnnexQ, PrecedenceTable,
    testing::Values(
        PrecedenceRow{.name = "own_identity_is_kept", .asserted = {"sip:bob@home1.example"}},
        PrecedenceRow{.name = "shared_identity_is_kept", .asserted = {"sip:family@home1.example"}},
        PrecedenceRow{.name = "shared_identity_is_kept_also_in_strict_mode",
                      .asserted = {"sip:family@home1.example"},
                      .on_mismatch = PrecedenceMismatch::kReject},
        PrecedenceRow{.name = "both_own_are_kept",
                      .asserted = {"sip:bob@home1.example", "sip:family@home1.example"}},
        PrecedenceRow{.name = "foreign_identity_is_rewritten",
                      .asserted = {"sip:alice@home1.example"},
                      .decision = Precedence::kRewrite},
        PrecedenceRow{.name = "one_foreign_of_two_is_rewritten",
                      .asserted = {"sip:bob@home1.example", "tel:+15551000"},
                      .decision = Precedence::kRewrite},
        PrecedenceRow{.name = "foreign_identity_is_rejected_in_strict_mode",
                      .asserted = {"sip:alice@home1.example"},
                      .on_mismatch = PrecedenceMismatch::kReject,
                      .decision = Precedence::kReject},
        PrecedenceRow{.name = "barred_identity_is_no_longer_his",
                      .asserted = {"sip:quiet@home1.example"},
                      .decision = Precedence::kRewrite},
        PrecedenceRow{.name = "nothing_asserted", .decision = Precedence::kRewrite},
        PrecedenceRow{.name = "unregistered_user_asserts_nothing",
                      .asserted = {"sip:bob@home1.example"},
                      .registered = false,
                      .decision = Precedence::kNotRegistered}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(Precedence, RegistrationOfBarredIdentitiesOnlyIsNone) {
  Subscriber bob = test::make_user(test::kBobImpi, "bob-pw-2", {"<sip:bob@home1.example>"});
  bob.identities[0].barred = true;
  bob.identities[0].is_default = false;
  const Registration registration{.impi = bob.impi, .identities = bob.identities};
  EXPECT_EQ(decide_precedence({*ims::Impu::parse("sip:bob@home1.example")}, bob, &registration,
                              PrecedenceMismatch::kRewrite),
            Precedence::kNotRegistered);
}

}  // namespace
}  // namespace sipward::scscf
