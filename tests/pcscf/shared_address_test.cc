// SPDX-License-Identifier: Apache-2.0
// Two users on one address: the boundary conditions of TS 33.203 Annex Q as dialogues.
#include <gtest/gtest.h>

#include "agent/pcscf/key_rule.h"
#include "tests/pcscf/pcscf_lab.h"

namespace sipward::pcscf::test {
namespace {

using ims::EventKind;
using Trace = std::vector<std::string>;

constexpr const char* kAt = "203.0.113.7:5060";

Phone alice() { return {}; }
Phone bob(std::string source = kAt) { return {.name = "bob", .source = std::move(source)}; }

// T-5, T-6: address only, and then another port of it.
TEST(SharedAddress, AlarmAndOverwriteIsTheStandard) {
  Lab lab;
  ASSERT_EQ(lab.register_phone(alice()), 200);
  ASSERT_EQ(lab.register_phone(bob("203.0.113.7:5062")), 200);
  EXPECT_EQ(lab.row(kAt)->impi.text, "bob_priv@home1.example");
  EXPECT_EQ(lab.count(EventKind::kSharedAddress), 1U);
}

TEST(SharedAddress, RefuseActsBeforeTheCore) {
  Lab lab([](Config& c) { c.on_shared_ip = OnSharedIp::kRefuse; });
  ASSERT_EQ(lab.register_phone(alice()), 200);
  lab.forget();
  EXPECT_EQ(lab.send_register(bob("203.0.113.7:5062")), nullptr);
  EXPECT_EQ(lab.status_at("203.0.113.7:5062"), 403);
  EXPECT_EQ(lab.count(EventKind::kSharedAddress), 1U);
  EXPECT_EQ(lab.register_phone(bob(kAt)), 200) << "same port: the next tenant";
}

TEST(SharedAddress, PortBindNarrowsTheFirstRow) {
  Lab lab([](Config& c) { c.on_shared_ip = OnSharedIp::kPortBind; });
  ASSERT_EQ(lab.register_phone(alice()), 200);
  const std::uint32_t id = lab.row(kAt)->id;
  lab.forget();
  ASSERT_EQ(lab.register_phone(bob("203.0.113.7:5062")), 200);
  EXPECT_EQ(lab.trace,
            (Trace{"core REGISTER", "withdraw any 203.0.113.7", "install udp 203.0.113.7:5060",
                   "install udp 203.0.113.7:5062", "203.0.113.7:5062 200"}));
  EXPECT_EQ(lab.row(kAt)->impi.text, "alice_priv@home1.example");
  EXPECT_EQ(lab.row(kAt)->id, id) << "her Path token lives on";
  EXPECT_EQ(lab.row("203.0.113.7:5062")->impi.text, "bob_priv@home1.example");
  EXPECT_EQ(lab.row("203.0.113.7:5064"), nullptr);
}

TEST(SharedAddress, PortRowBesideAWildcardEndsTheWildcard) {
  Lab lab;
  ASSERT_EQ(lab.register_phone(alice()), 200);
  lab.forget();
  ASSERT_EQ(lab.register_phone({.name = "bob", .source = "203.0.113.7:5062", .reg_id = 1}), 200);
  EXPECT_EQ(lab.trace, (Trace{"core REGISTER", "withdraw any 203.0.113.7",
                              "install udp 203.0.113.7:5062", "203.0.113.7:5062 200"}));
  EXPECT_EQ(lab.row(kAt), nullptr);
  EXPECT_EQ(lab.count(EventKind::kSharedAddress), 1U);
}

TEST(SharedAddress, NoWildcardBesideAnothersPortRow) {
  Lab lab;
  ASSERT_EQ(lab.register_phone({.source = "203.0.113.7:40001", .reg_id = 1}), 200);
  EXPECT_EQ(lab.send_register(bob()), nullptr);
  EXPECT_EQ(lab.status_at(kAt), 421);
  EXPECT_EQ(lab.count(EventKind::kSharedAddress), 1U);

  // Outbound was offered, but the registrar did not use it: the address is shared all the same.
  Phone declined{.name = "bob", .source = kAt, .reg_id = 1};
  ASSERT_EQ(lab.register_phone(declined, {.outbound = false}), 200);
  EXPECT_EQ(lab.row(kAt)->key.text(), "udp 203.0.113.7:5060");
}

TEST(SharedAddress, WildcardOverAPortRowAtTheSamePortEndsIt) {
  Lab lab;
  ASSERT_EQ(lab.register_phone({.reg_id = 1}), 200);
  ASSERT_EQ(lab.register_phone(bob()), 200);
  EXPECT_EQ(lab.row(kAt)->impi.text, "bob_priv@home1.example")
      << "an exact row of the old tenant would win over the wildcard";
  EXPECT_EQ(lab.table().size(), 1U);
  EXPECT_EQ(lab.kernel.size(), 1U);
}

TEST(IpCheck, IsASetting) {
  Lab ports([](Config& c) { c.ip_check = IpCheck::kIpPort; });
  ASSERT_EQ(ports.register_phone(alice()), 200);
  EXPECT_TRUE(ports.row(kAt)->matches_port());
  EXPECT_EQ(ports.row("203.0.113.7:5062"), nullptr);

  Lab addresses([](Config& c) { c.ip_check = IpCheck::kIp; });
  ASSERT_EQ(addresses.register_phone({.reg_id = 1}), 200);
  EXPECT_TRUE(addresses.row(kAt)->key.is_wildcard());
}

}  // namespace
}  // namespace sipward::pcscf::test
