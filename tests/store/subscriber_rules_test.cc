// SPDX-License-Identifier: Apache-2.0
#include "agent/store/subscriber_rules.h"

#include <gtest/gtest.h>

#include <functional>

#include "agent/store/subscriber_store.h"
#include "agent/store/subscriber_text.h"

namespace sipward::store {
namespace {

scscf::Subscriber alice() {
  return *make_subscriber({.impi = "alice_priv@home1.example",
                           .password = "alice-pw-1",
                           .identities = {"sip:alice@home1.example", "tel:+15551000"}});
}

struct RuleRow {
  const char* name;
  std::function<void(scscf::Subscriber&)> change;
  const char* word;  ///< nullptr: the rules hold
};
class Rules : public testing::TestWithParam<RuleRow> {};

TEST_P(Rules, Hold) {
  scscf::Subscriber subscriber = alice();
  GetParam().change(subscriber);
  const Outcome refused = check_subscriber(subscriber);
  ASSERT_EQ(refused.has_value(), GetParam().word != nullptr);
  if (refused) {
    EXPECT_EQ(refused->code, Failure::Code::kInvalid);
    EXPECT_NE(refused->text.find(GetParam().word), std::string::npos) << refused->text;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Invariants, Rules,
    testing::Values(
        RuleRow{"as_made", [](auto&) {}, nullptr},
        RuleRow{"barred_beside_a_default", [](auto& s) { s.identities[1].barred = true; }, nullptr},
        RuleRow{"two_sets",
                [](auto& s) {
                  s.identities[1].set = 7;
                  s.identities[1].is_default = true;
                },
                nullptr},
        RuleRow{"set_that_is_barred",
                [](auto& s) {
                  s.identities[1].set = 7;
                  s.identities[1].barred = true;
                },
                nullptr},
        RuleRow{"no_realm", [](auto& s) { s.realm.clear(); }, "realm"},
        RuleRow{"bad_impi", [](auto& s) { s.impi.text = "x"; }, "user@realm"},
        RuleRow{"no_secret", [](auto& s) { s.ha1.clear(); }, "password"},
        RuleRow{"short_secret", [](auto& s) { s.ha1.begin()->second.pop_back(); }, "H(A1)"},
        RuleRow{"upper_case_secret", [](auto& s) { s.ha1.begin()->second = std::string(32, 'A'); },
                "H(A1)"},
        RuleRow{"no_identity", [](auto& s) { s.identities.clear(); }, "identity"},
        RuleRow{"identity_twice", [](auto& s) { s.identities[1] = s.identities[0]; }, "twice"},
        RuleRow{"barred_default", [](auto& s) { s.identities[0].barred = true; }, "default"},
        RuleRow{"no_default", [](auto& s) { s.identities[0].is_default = false; }, "default"},
        RuleRow{"two_defaults", [](auto& s) { s.identities[1].is_default = true; }, "default"},
        RuleRow{"long_identity",
                [](auto& s) { s.identities[0].name.display_name = std::string(300, 'x'); },
                "longer"},
        RuleRow{"too_many_identities",
                [](auto& s) {
                  for (std::size_t i = 0; i < kMaxIdentities; ++i) {
                    auto more = *parse_identity("sip:a" + std::to_string(i) + "@home1.example");
                    s.identities.push_back(more);
                  }
                },
                "at most"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(Rules, FindHelpers) {
  scscf::Subscriber subscriber = alice();
  EXPECT_TRUE(has_default(subscriber, 0));
  EXPECT_FALSE(has_default(subscriber, 1));
  EXPECT_NE(find_identity(subscriber, *ims::Impu::parse("tel:+15551000")), nullptr);
  EXPECT_EQ(find_identity(subscriber, *ims::Impu::parse("tel:+15552000")), nullptr);
}

}  // namespace
}  // namespace sipward::store
