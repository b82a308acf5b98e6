// SPDX-License-Identifier: Apache-2.0
#include "agent/pcscf/assertion.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/pcscf/pcscf_lab.h"

namespace sipward::pcscf {
namespace {

RegisteredIdentity identity(const std::string& text) {
  sip::NameAddr value = *sip::parse_name_addr(text);
  const ims::Impu impu = *ims::Impu::from(value.uri);
  return {.asserted = std::move(value), .impu = impu};
}

FlowBinding row_with(std::vector<std::string> identities, std::vector<std::size_t> defaults = {0}) {
  FlowBinding row;
  for (const auto& text : identities) row.identities.push_back(identity(text));
  row.defaults = std::move(defaults);
  return row;
}

std::string text(const Assertion& assertion) {
  std::string all;
  for (const auto& value : assertion.identities) all += (all.empty() ? "" : ", ") + value.text();
  return all;
}

const std::string kDefault = "\"Alice\" <sip:alice@home1.example>";

// T-26; TS 24.229 5.2.6.3, RFC 3325 9.2, RFC 5876
TEST(DecideAssertion, PreferredIdentityMatrix) {
  const FlowBinding row = row_with({kDefault, "<tel:+15551000>", "<sip:work@home1.example:5070>",
                                    "<sip:+15552000@home1.example;user=phone>"});
  const struct {
    const char* name;
    std::vector<std::string_view> preferred;
    std::string asserted;
    bool ignored;
  } rows[] = {
      {"none", {}, kDefault, false},
      {"user part is case-sensitive", {"<sip:ALICE@HOME1.EXAMPLE>"}, kDefault, true},
      {"host is not", {"<sip:alice@HOME1.EXAMPLE>"}, kDefault, false},
      {"parameters play no role", {"<sip:alice@home1.example;foo=bar>"}, kDefault, false},
      {"visual separators play no role", {"<tel:+1-555-1000>"}, "<tel:+15551000>", false},
      {"user=phone is the tel URI",
       {"<sip:+15551000@home1.example;user=phone>"},
       "<tel:+15551000>",
       false},
      {"and the other way round",
       {"<tel:+15552000>"},
       "<sip:+15552000@home1.example;user=phone>",
       false},
      {"the port is kept", {"<sip:work@home1.example>"}, kDefault, true},
      {"with its port", {"<sip:work@home1.example:5070>"}, "<sip:work@home1.example:5070>", false},
      {"sip and tel",
       {"<sip:work@home1.example:5070>", "<tel:+15551000>"},
       "<sip:work@home1.example:5070>, <tel:+15551000>",
       false},
      {"tel and sip",
       {"<tel:+15551000>", "<sip:alice@home1.example>"},
       "<tel:+15551000>, " + kDefault,
       false},
      {"one of two is registered",
       {"<sip:bob@home1.example>", "<tel:+15551000>"},
       "<tel:+15551000>",
       false},
      {"two sip: the first counts",
       {"<sip:work@home1.example:5070>", "<sip:alice@home1.example>"},
       "<sip:work@home1.example:5070>",
       false},
      {"two sip: the first is foreign",
       {"<sip:bob@home1.example>", "<sip:alice@home1.example>"},
       kDefault,
       true},
      {"a third is ignored",
       {"<tel:+15551000>", "<sip:work@home1.example:5070>", "<sip:alice@home1.example>"},
       "<tel:+15551000>, <sip:work@home1.example:5070>",
       false},
      {"never two of a kind",
       {"<sip:+15551000@home1.example;user=phone>", "<tel:+15551000>"},
       "<tel:+15551000>",
       false},
      {"other schemes are ignored", {"<mailto:alice@home1.example>"}, kDefault, true},
      {"and do not hide a good one",
       {"<mailto:a@b.example>", "<tel:+15551000>"},
       "<tel:+15551000>",
       false},
      {"display names play no role", {"\"Boss\" <sip:alice@home1.example>"}, kDefault, false},
      {"what does not parse is ignored", {"<sip:alice@home1.example"}, kDefault, true},
      {"not registered", {"<sip:barred@home1.example>"}, kDefault, true},
  };
  for (const auto& r : rows) {
    const Assertion assertion = decide_assertion(row, r.preferred, [] { return 0U; });
    EXPECT_EQ(text(assertion), r.asserted) << r.name;
    EXPECT_EQ(assertion.preference_ignored, r.ignored) << r.name;
  }
}

TEST(DecideAssertion, SpellingOfTheUeDecidesAmongEqualOnes) {
  const FlowBinding row = row_with({"<tel:+15551000>", "<sip:+15551000@home1.example;user=phone>"});
  const auto zero = [] { return 0U; };
  EXPECT_EQ(text(decide_assertion(row, {"<sip:+15551000@home1.example;user=phone>"}, zero)),
            "<sip:+15551000@home1.example;user=phone>");
  EXPECT_EQ(text(decide_assertion(row, {"<tel:+15551000>"}, zero)), "<tel:+15551000>");
}

// Annex Q: several defaults, one at random.
TEST(DecideAssertion, DrawsAmongDefaults) {
  const FlowBinding row =
      row_with({"<sip:a@h.example>", "<sip:b@h.example>", "<sip:c@h.example>"}, {0, 2});
  std::set<std::string> drawn;
  const sip::RandomSource random = test::seeded(7);
  for (int i = 0; i < 64; ++i) drawn.insert(text(decide_assertion(row, {}, random)));
  EXPECT_EQ(drawn, (std::set<std::string>{"<sip:a@h.example>", "<sip:c@h.example>"}));
}

TEST(DecideAssertion, NothingRegisteredAssertsNothing) {
  const FlowBinding row = row_with({}, {});
  EXPECT_TRUE(
      decide_assertion(row, {"<sip:alice@home1.example>"}, [] { return 0U; }).identities.empty());
}

}  // namespace
}  // namespace sipward::pcscf
