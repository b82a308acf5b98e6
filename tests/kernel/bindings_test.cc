// SPDX-License-Identifier: Apache-2.0
// The rows as user space writes and reads them: key and epoch semantics of the IP address check
// table (TS 33.203 Annex Q).
#include "agent/dataplane/bindings.h"

#include <bpf/bpf.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "agent/dataplane/pins.h"
#include "tests/kernel/lab.h"

namespace sipward::test {
namespace {

using dataplane::Bindings;
using dataplane::InstallStatus;

constexpr std::string_view kMessage = "MESSAGE sip:bob@home1.example SIP/2.0\r\n";

std::uint32_t bound(std::uint32_t binding, std::uint32_t epoch) {
  return sipward_mark(SIPWARD_VERDICT_BOUND, binding << SIPWARD_BINDING_SHIFT | epoch);
}

TEST(Bindings, AreWhatTheGateSees) {
  GateUnderTest gate(test_config());
  EXPECT_EQ(gate.run(from_ue4(kMessage)).counted, "unbound");
  ASSERT_EQ(gate.bindings().install(row({.binding = 4, .epoch = 1})), InstallStatus::kInstalled);
  EXPECT_EQ(gate.run(from_ue4(kMessage)).mark, bound(4, 1));
  ASSERT_EQ(gate.bindings().install(row({.binding = 4, .epoch = 2})), InstallStatus::kInstalled);
  EXPECT_EQ(gate.run(from_ue4(kMessage)).mark, bound(4, 2)) << "overwritten in one step";
  EXPECT_TRUE(gate.bindings().withdraw(row({}).key));
  EXPECT_EQ(gate.run(from_ue4(kMessage)).counted, "unbound");
}

TEST(Bindings, ListsWhatWasInstalled) {
  GateUnderTest gate(test_config());
  std::vector<ims::KernelRow> installed{
      row({.port = 0, .binding = 0x12345678, .epoch = 0x9abcdef0}),
      row({.port = 5060, .binding = 2, .epoch = 3}),
      row({.port = 5060, .binding = 3, .transport = sip::Transport::kTcp}),
      row({.ip = kUe6, .port = 0xffff, .binding = 4}),
      row({.ip = kUe6, .port = 0, .binding = 5}),
  };
  for (ims::KernelRow& one : installed) {
    ASSERT_EQ(gate.bindings().install(one), InstallStatus::kInstalled);
    one.expires = std::chrono::ceil<std::chrono::seconds>(one.expires);  // as the kernel counts
  }
  std::vector<ims::KernelRow> listed = gate.bindings().list();
  ASSERT_EQ(listed.size(), installed.size());
  for (const ims::KernelRow& one : installed) {
    const auto found = std::ranges::find(listed, one.key, &ims::KernelRow::key);
    ASSERT_NE(found, listed.end()) << one.key.ip.text() << ' ' << one.key.port;
    EXPECT_EQ(found->binding, one.binding);
    EXPECT_EQ(found->epoch, one.epoch);
    EXPECT_EQ(found->expires, one.expires);
  }
}

TEST(Bindings, ListsMoreThanOneBatch) {
  auto config = test_config();
  config.max_bindings = 5'000;
  GateUnderTest gate(config);
  for (std::uint32_t i = 0; i < config.max_bindings; ++i) {
    ASSERT_EQ(
        gate.bindings().install(row({.port = static_cast<std::uint16_t>(1 + i), .binding = i})),
        InstallStatus::kInstalled);
  }
  std::vector<ims::KernelRow> listed = gate.bindings().list();
  std::ranges::sort(listed, {}, &ims::KernelRow::binding);
  ASSERT_EQ(listed.size(), config.max_bindings);
  for (std::uint32_t i = 0; i < listed.size(); ++i) ASSERT_EQ(listed[i].binding, i);
  EXPECT_EQ(gate.bindings().clear(), config.max_bindings);
  EXPECT_TRUE(gate.bindings().list().empty());
}

TEST(Bindings, AFullMapRefusesTheNewAndKeepsTheOld) {
  auto config = test_config();
  config.max_bindings = 8;
  GateUnderTest gate(config);
  EXPECT_EQ(gate.bindings().capacity(), 8U);
  std::uint16_t port = 1;
  while (gate.bindings().install(row({.port = port})) == InstallStatus::kInstalled) ++port;
  EXPECT_EQ(gate.bindings().install(row({.port = port})), InstallStatus::kFull);
  EXPECT_EQ(gate.bindings().list().size(), port - 1U);
  EXPECT_EQ(gate.bindings().install(row({.port = 1, .epoch = 2})), InstallStatus::kInstalled)
      << "a row that is there can be refreshed";
  EXPECT_EQ(gate.bindings().install(row({.ip = kUe6})), InstallStatus::kInstalled)
      << "the other family has its own room";
  EXPECT_TRUE(gate.bindings().withdraw(row({.port = 1}).key));
  EXPECT_EQ(gate.bindings().install(row({.port = port})), InstallStatus::kInstalled);
}

std::vector<ims::KernelRow> many(std::uint32_t count, std::string_view ip = kUe4) {
  std::vector<ims::KernelRow> rows;
  for (std::uint32_t i = 0; i < count; ++i) {
    rows.push_back(row({.ip = ip, .port = static_cast<std::uint16_t>(1 + i), .binding = i}));
  }
  return rows;
}

sipward_address rows_of(const GateUnderTest& gate, std::string_view ip) {
  const auto address = sip::IpAddress::parse(ip).value();
  sipward_address found{};
  bpf_map_lookup_elem(gate.map(address.is_v4() ? "addresses4" : "addresses6").get(),
                      address.bytes().data(), &found);
  return found;
}

TEST(Bindings, InstallsManyAtOnce) {
  auto config = test_config();
  config.max_bindings = 5'000;
  GateUnderTest gate(config);
  auto rows = many(4'500);
  for (const ims::KernelRow& one : many(10, kUe6)) rows.push_back(one);
  rows.push_back(row({.port = 0, .binding = 9, .epoch = 9}));
  EXPECT_EQ(gate.bindings().install_all(rows), rows.size());
  EXPECT_EQ(gate.bindings().list().size(), rows.size());
  EXPECT_EQ(rows_of(gate, kUe4).port_rows, 4'500U);
  EXPECT_EQ(rows_of(gate, kUe4).wildcard, 1U);
  EXPECT_EQ(rows_of(gate, kUe6).port_rows, 10U);
  EXPECT_EQ(gate.run(from_ue4(kMessage).udp(4'500, kSip)).mark, bound(4'499 & 0xfff, 1));
  EXPECT_EQ(gate.run(from_ue6(kMessage).udp(10, kSip)).mark, bound(9, 1));
  EXPECT_EQ(gate.run(from_ue4(kMessage).udp(4'501, kSip)).mark, bound(9, 9));
}

TEST(Bindings, InstallsManyOverSomeThatAreThere) {
  GateUnderTest gate(test_config());
  EXPECT_EQ(gate.bindings().install_all({}), 0U);
  EXPECT_EQ(gate.bindings().install_all(many(10)), 10U);
  auto rows = many(20);
  for (ims::KernelRow& one : rows) one.epoch = 2;
  EXPECT_EQ(gate.bindings().install_all(rows), 20U);
  EXPECT_EQ(gate.bindings().list().size(), 20U);
  EXPECT_EQ(rows_of(gate, kUe4).port_rows, 20U) << "ten of them were there";
  EXPECT_EQ(gate.run(from_ue4(kMessage).udp(1, kSip)).mark, bound(0, 2));
  EXPECT_EQ(gate.bindings().clear(), 20U);
  EXPECT_EQ(rows_of(gate, kUe4).port_rows, 0U);
}

TEST(Bindings, OfManyLeavesOutWhatCannotBeWritten) {
  GateUnderTest gate(test_config());
  auto rows = many(10);
  rows[3].key.transport = sip::Transport::kInternal;
  rows[7].expires = sip::Time{std::chrono::seconds{-1}};
  EXPECT_EQ(gate.bindings().install_all(rows), 8U);
  EXPECT_EQ(gate.bindings().list().size(), 8U);
  EXPECT_EQ(rows_of(gate, kUe4).port_rows, 8U);
}

TEST(Bindings, OfTooManyInstallsWhatFitsAndTheOtherFamily) {
  auto config = test_config();
  config.max_bindings = 8;
  GateUnderTest gate(config);
  auto rows = many(1'000);
  for (const ims::KernelRow& one : many(3, kUe6)) rows.push_back(one);
  const std::size_t installed = gate.bindings().install_all(rows);
  EXPECT_GE(installed, 8U + 3U);
  EXPECT_LT(installed, rows.size());
  EXPECT_EQ(gate.bindings().list().size(), installed);
  EXPECT_EQ(rows_of(gate, kUe4).port_rows, installed - 3) << "the index tells what is there";
  EXPECT_EQ(rows_of(gate, kUe6).port_rows, 3U) << "the other family has its own room";
}

TEST(Bindings, FindOneByItsKey) {
  GateUnderTest gate(test_config());
  ims::KernelRow one = row({.binding = 7, .epoch = 3});
  one.anchor =
      ims::Anchor{.slot = 4, .mac = {1, 2, 3, 4, 5, 6}, .vlan = 7, .inner_vlan = 8, .hop_limit = 9};
  one.silence = std::chrono::seconds(120);
  one.suspect = true;
  EXPECT_FALSE(gate.bindings().find(one.key));
  ASSERT_EQ(gate.bindings().install(one), InstallStatus::kInstalled);
  const auto found = gate.bindings().find(one.key);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->binding, 7U);
  EXPECT_EQ(found->epoch, 3U);
  EXPECT_EQ(found->anchor, one.anchor);
  EXPECT_EQ(found->silence, one.silence);
  EXPECT_TRUE(found->suspect);
  EXPECT_LE(found->last_seen, std::chrono::steady_clock::now());
  EXPECT_FALSE(gate.bindings().find(row({.port = 0}).key));
}

TEST(Bindings, RefuseRowsThatNoPacketCanMatchOrTheKernelCannotTime) {
  GateUnderTest gate(test_config());
  const auto refused = [&](const ims::KernelRow& one) {
    return gate.bindings().install(one) == InstallStatus::kRefused;
  };
  EXPECT_TRUE(refused(row({.transport = sip::Transport::kInternal})));
  EXPECT_TRUE(refused(row({.port = 0, .transport = sip::Transport::kTls})))
      << "a wildcard row is for UDP and TCP at once";
  ims::KernelRow far = row({});
  far.expires = sip::Time{std::chrono::seconds{SIPWARD_EXPIRES_MASK}};
  EXPECT_FALSE(refused(far));
  far.expires += std::chrono::nanoseconds{1};
  EXPECT_TRUE(refused(far));
  far.expires = sip::Time{std::chrono::seconds{-1}};
  EXPECT_TRUE(refused(far));
}

TEST(Bindings, WithdrawSaysWhetherThereWasARow) {
  GateUnderTest gate(test_config());
  EXPECT_FALSE(gate.bindings().withdraw(row({}).key));
  ASSERT_EQ(gate.bindings().install(row({.port = 0})), InstallStatus::kInstalled);
  EXPECT_FALSE(gate.bindings().withdraw(row({}).key)) << "the row of the port is another one";
  EXPECT_TRUE(gate.bindings().withdraw(row({.port = 0}).key));
}

TEST(Bindings, CloseLessThanASecondAfterTheirExpiry) {
  GateUnderTest gate(test_config());
  ims::KernelRow one = row({});
  constexpr std::chrono::milliseconds kTick{20};  // and more: the gate's clock is coarse
  one.expires = std::chrono::steady_clock::now() - std::chrono::seconds(1) - kTick;
  ASSERT_EQ(gate.bindings().install(one), InstallStatus::kInstalled);
  EXPECT_EQ(gate.run(from_ue4(kMessage)).counted, "expired");
  one.expires = std::chrono::steady_clock::now() + std::chrono::seconds(1);
  ASSERT_EQ(gate.bindings().install(one), InstallStatus::kInstalled);
  EXPECT_EQ(gate.run(from_ue4(kMessage)).counted, "bound");
}

TEST(Bindings, OpenTellsWhatToDo) {
  use_private_bpffs();
  const auto missing = Bindings::open("/sys/fs/bpf/nowhere");
  ASSERT_FALSE(missing.ok());
  EXPECT_NE(missing.error().find("sipward-gate attach"), std::string::npos) << missing.error();

  GateUnderTest gate(test_config());
  const dataplane::Descriptor other{
      bpf_map_create(BPF_MAP_TYPE_HASH, "bindings4", 8, 16, 4, nullptr)};
  ASSERT_TRUE(dataplane::pin_over(other.get(), gate.pin_path() + "/bindings4"));
  const auto foreign = Bindings::open(gate.pin_path());
  ASSERT_FALSE(foreign.ok());
  EXPECT_NE(foreign.error().find("another version"), std::string::npos) << foreign.error();
}

}  // namespace
}  // namespace sipward::test
