// SPDX-License-Identifier: Apache-2.0
// RFC 6223, and Flow-Timer of RFC 5626 4.4.
#include "agent/pcscf/keep_alive.h"

#include <gtest/gtest.h>

#include "sip/headers.h"
#include "tests/pcscf/pcscf_lab.h"

namespace sipward::pcscf::test {
namespace {

using sip::Field;

constexpr const char* kAt = "203.0.113.7:5060";

struct Row {
  const char* name;
  const char* via_params = "";
  bool outbound = false;
  std::uint32_t wish = 30;
  const char* flow_timer = "";  ///< of the registrar
  std::uint32_t settled = 0;
  const char* keep = "";        ///< its value toward the UE, empty: none
  const char* told_timer = "";  ///< Flow-Timer toward the UE
};

class KeepAliveOf : public testing::TestWithParam<Row> {};

TEST_P(KeepAliveOf, IsSettledByTheOk) {
  const Row& row = GetParam();
  Lab lab([&](Config& c) { c.keep_alive = row.wish; });
  Granting granting;
  if (*row.flow_timer != 0) granting.headers = {"Flow-Timer: " + std::string(row.flow_timer)};
  ASSERT_EQ(
      lab.register_phone({.reg_id = row.outbound ? 1 : 0, .via_params = row.via_params}, granting),
      200);
  const FlowBinding* bound = lab.row(kAt);
  EXPECT_EQ(bound->keep_alive, row.settled);
  EXPECT_EQ(lab.kernel.at(bound->key).silence, std::chrono::seconds(row.settled) * 3);
  const sip::Message& ok = *lab.last_to(kAt);
  EXPECT_EQ(sip::top_via(ok)->params.value("keep").value_or(""), row.keep);
  EXPECT_EQ(ok.find(Field::kFlowTimer).value_or(""), row.told_timer);
  EXPECT_EQ(sip::top_via(ok)->params.value("received"), "203.0.113.7") << "the rest of it stays";
}

INSTANTIATE_TEST_SUITE_P(
    Rows, KeepAliveOf,
    testing::Values(
        Row{.name = "not_offered"},
        Row{.name = "offered", .via_params = ";keep", .settled = 30, .keep = "30"},
        Row{.name = "own_wish", .via_params = ";keep", .wish = 7, .settled = 7, .keep = "7"},
        Row{.name = "never_asked", .via_params = ";keep", .outbound = true, .wish = 0},
        Row{.name = "with_a_value_it_is_no_offer", .via_params = ";keep=5", .keep = "5"},
        Row{.name = "outbound", .outbound = true, .settled = 30, .told_timer = "30"},
        Row{.name = "both",
            .via_params = ";keep",
            .outbound = true,
            .settled = 30,
            .keep = "30",
            .told_timer = "30"},
        Row{.name = "registrars_timer_counts",
            .via_params = ";keep",
            .outbound = true,
            .flow_timer = "90",
            .settled = 90,
            .keep = "90",
            .told_timer = "90"},
        Row{.name = "registrars_timer_alone",
            .outbound = true,
            .wish = 0,
            .flow_timer = "90",
            .settled = 90,
            .told_timer = "90"},
        Row{.name = "a_timer_of_years_is_a_day",
            .outbound = true,
            .flow_timer = "4294967295",
            .settled = kLongestKeepAlive,
            .told_timer = "86400"},
        Row{.name = "a_timer_for_who_knows_none", .flow_timer = "90", .told_timer = "90"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(KeepAliveTerms, OnlyARegistrationThatSucceedsSettlesThem) {
  Lab lab;
  const Phone phone{.via_params = ";keep"};
  const auto told = [&] {
    return std::string(sip::top_via(*lab.last_to(kAt))->params.value("keep").value_or(""));
  };
  const sip::Message challenged = lab.send_register(phone, phone.unanswered())->clone();
  lab.core_answers(challenged, 401);
  EXPECT_EQ(told(), "") << "401";
  lab.kernel_refuses = true;
  EXPECT_EQ(lab.register_phone(phone), 503);
  EXPECT_EQ(told(), "") << "503";
  lab.kernel_refuses = false;
  EXPECT_EQ(lab.register_phone(phone), 200);
  EXPECT_EQ(told(), "30");
  const sip::Message ended = lab.send_register(phone, phone.answered(), 0)->clone();
  lab.grant(ended, {.expires = 0});
  EXPECT_EQ(lab.status_at(kAt), 200);
  EXPECT_EQ(told(), "") << "nothing is registered any more";
}

TEST(KeepAliveTerms, RetransmissionIsToldTheSame) {
  Lab lab;
  const std::string text = lab.send(Phone{.via_params = ";keep"}.request(Phone{}.answered()), kAt);
  const sip::Message request = lab.last_to_core()->clone();
  lab.grant(request);
  lab.receive(text, kAt);
  ASSERT_EQ(lab.to_ue[kAt].size(), 2U);
  EXPECT_EQ(sip::top_via(*lab.to_ue[kAt][1])->params.value("keep"), "30");
}

TEST(KeepAliveTerms, RefreshWithoutAnOfferEndsThem) {
  Lab lab;
  ASSERT_EQ(lab.register_phone({.via_params = ";keep"}), 200);
  ASSERT_EQ(lab.register_phone({}), 200);
  EXPECT_EQ(lab.row(kAt)->keep_alive, 0U);
  EXPECT_EQ(lab.kernel.at(lab.row(kAt)->key).silence, 0s);
}

TEST(KeepAliveTerms, SilenceNeverCountsIfSoConfigured) {
  Lab lab([](Config& c) { c.suspect_after = 0; });
  ASSERT_EQ(lab.register_phone({.via_params = ";keep"}), 200);
  EXPECT_EQ(lab.row(kAt)->keep_alive, 30U);
  EXPECT_EQ(lab.kernel.at(lab.row(kAt)->key).silence, 0s);
}

}  // namespace
}  // namespace sipward::pcscf::test
