// SPDX-License-Identifier: Apache-2.0
// Pinned maps of another version or size: new ones take their place, with the same rows, while the
// gate goes on enforcing.
#include "agent/dataplane/migration.h"

#include <bpf/bpf.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <thread>

#include "agent/dataplane/bindings.h"
#include "agent/dataplane/gate.h"
#include "agent/dataplane/pins.h"
#include "agent/dataplane/pulse.h"
#include "agent/dataplane/row.h"
#include "agent/dataplane/slots.h"
#include "tests/kernel/lab.h"
#include "tests/kernel/net_lab.h"

namespace sipward::test {
namespace {

constexpr std::string_view kMessage = "MESSAGE sip:bob@home1.example SIP/2.0\r\n";
constexpr std::string_view kOptions = "OPTIONS sip:bob@home1.example SIP/2.0\r\n";

#define ASSERT_OK(result) ASSERT_TRUE((result).ok()) << (result).error()

class Migration : public testing::Test {
 protected:
  Migration() {
    config_.pin_path = new_pin_path();
    config_.group = "nogroup";
  }

  dataplane::Bindings bindings() { return dataplane::Bindings::open(config_.pin_path).value(); }
  [[nodiscard]] std::string path(std::string_view name) const {
    return fmt::format("{}/{}", config_.pin_path, name);
  }
  void claim_version(std::uint32_t version) {
    const dataplane::Descriptor meta = dataplane::open_pinned(path("meta"));
    sipward_meta claimed{};
    claimed.abi_version = version;
    const std::uint32_t row = 0;
    ASSERT_EQ(bpf_map_update_elem(meta.get(), &row, &claimed, BPF_ANY), 0);
  }

  /// The maps of ABI version 1 that had rows, with one row in each, in the place of ours.
  void lay_out_version_1() {
    struct ValueV1 {
      __u64 decision;
      __u32 binding, epoch;
      __u64 expires_s, installed_s;
    };
    const auto expires =
        std::chrono::steady_clock::now().time_since_epoch() + std::chrono::seconds(600);
    const ValueV1 value{.decision = 1,
                        .binding = 77,
                        .epoch = 3,
                        .expires_s = static_cast<__u64>(
                            std::chrono::duration_cast<std::chrono::seconds>(expires).count()),
                        .installed_s = 1};
    const auto replace = [&](const char* name, const RowOf& fields) {
      const auto key = dataplane::make_key(row(fields).key).value();
      const std::size_t size = key.is_v4 ? sizeof(key.v4) : sizeof(key.v6);
      const dataplane::Descriptor map{bpf_map_create(
          BPF_MAP_TYPE_HASH, name, static_cast<__u32>(size), sizeof(value), 64, nullptr)};
      ASSERT_EQ(bpf_map_update_elem(map.get(), key.data(), &value, BPF_ANY), 0);
      ASSERT_TRUE(dataplane::pin_over(map.get(), path(name)));
    };
    replace("bindings4", {});
    replace("bindings6", {.ip = kUe6, .port = 0});
    claim_version(1);
  }

  NetLab lab_;
  dataplane::GateConfig config_ = test_config();
};

TEST_F(Migration, TakesTheRowsOfVersion1Over) {
  ASSERT_OK(lab_.attach(config_));
  lay_out_version_1();
  const auto report = lab_.attach(config_);
  ASSERT_OK(report);
  EXPECT_EQ(report->done.front(), "2 rows taken over into new maps");
  const auto found = bindings().find(row({}).key);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->binding, 77U);
  EXPECT_EQ(found->epoch, 3U);
  EXPECT_EQ(found->anchor, std::nullopt);
  EXPECT_TRUE(bindings().find(row({.ip = kUe6, .port = 0}).key));
  EXPECT_EQ(lab_.status(config_).abi_version, std::uint32_t{SIPWARD_ABI_VERSION});
  EXPECT_FALSE(std::filesystem::exists(path("next")));
}

TEST_F(Migration, MapsThatNobodyKnowsNeverWedgeAStart) {
  ASSERT_OK(lab_.attach(config_));
  ASSERT_EQ(bindings().install(row({})), dataplane::InstallStatus::kInstalled);
  claim_version(SIPWARD_ABI_VERSION + 1);
  const auto report = lab_.attach(config_);
  ASSERT_OK(report);
  ASSERT_FALSE(report->warnings.empty());
  EXPECT_NE(report->warnings.front().find("register anew"), std::string::npos);
  EXPECT_TRUE(bindings().list().empty());
}

TEST_F(Migration, AnOldServiceLeavesNewerMapsAlone) {
  lab_.gate().shell("ip link add sw2 type veth peer name sw3 && ip link set sw2 up");
  ASSERT_OK(lab_.attach(config_));
  ASSERT_EQ(bindings().install(row({})), dataplane::InstallStatus::kInstalled);
  claim_version(SIPWARD_ABI_VERSION + 1);
  config_.interfaces = {"sw0", "sw2"};  // the second has just come
  lab_.gate().run([&] {
    const auto covered = dataplane::attach(config_, dataplane::Extent::kUncovered);
    ASSERT_FALSE(covered.ok());
    EXPECT_NE(covered.error().find("later version"), std::string::npos) << covered.error();
  });
  EXPECT_EQ(bindings().list().size(), 1U);
}

TEST_F(Migration, AnotherSizeKeepsTheRowsAndTheirAnchors) {
  ASSERT_OK(lab_.attach(config_));
  ims::KernelRow anchored = row({.binding = 9, .epoch = 2});
  anchored.anchor = ims::Anchor{.slot = 0, .mac = {2, 0, 0, 0, 0, 9}, .hop_limit = 60};
  anchored.silence = std::chrono::seconds(90);
  ASSERT_EQ(bindings().install(anchored), dataplane::InstallStatus::kInstalled);
  config_.max_bindings *= 2;
  ASSERT_OK(lab_.attach(config_));
  EXPECT_EQ(bindings().capacity(), 128U);
  const auto found = bindings().find(anchored.key);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->anchor, anchored.anchor);
  EXPECT_EQ(found->silence, anchored.silence);

  config_.max_bindings = 1;  // and back, where there is room for one
  ASSERT_EQ(bindings().install(row({.port = 7, .binding = 10})),
            dataplane::InstallStatus::kInstalled);
  const auto report = lab_.attach(config_);
  ASSERT_OK(report);
  EXPECT_NE(report->warnings.front().find("only 1 of 2 rows"), std::string::npos)
      << report->warnings.front();
}

TEST_F(Migration, TellsTheDaemonThatHasTheOldMapsOpen) {
  ASSERT_OK(lab_.attach(config_));
  auto pulse = dataplane::Pulse::open(config_.pin_path);
  ASSERT_OK(pulse);
  ASSERT_OK(lab_.attach(config_));
  EXPECT_FALSE(pulse->is_superseded()) << "the same maps";
  pulse->words().beat_s = 7;
  config_.max_bindings *= 2;
  ASSERT_OK(lab_.attach(config_));
  EXPECT_TRUE(pulse->is_superseded());
  const auto fresh = dataplane::Pulse::open(config_.pin_path);
  ASSERT_OK(fresh);
  EXPECT_FALSE(fresh->is_superseded());
  EXPECT_EQ(fresh->words().beat_s, 7U) << "a daemon that lives is not silent till it is told";
}

TEST_F(Migration, AnInterfaceThatComesLaterGetsTheMapsThatAreThere) {
  lab_.gate().shell("ip link add sw2 type veth peer name sw3 && ip link set sw2 up");
  ASSERT_OK(lab_.attach(config_));
  config_.interfaces = {"sw0", "sw2"};
  config_.max_bindings *= 2;  // as of a service whose maps were upgraded by hand since
  lab_.gate().run([&] { ASSERT_OK(dataplane::attach(config_, dataplane::Extent::kUncovered)); });
  EXPECT_EQ(bindings().capacity(), 64U);
  for (const auto& interface : lab_.status(config_).interfaces) {
    EXPECT_TRUE(interface.attached()) << interface.name;
  }
}

TEST_F(Migration, KeepsTheSlotsThatAnchorsName) {
  lab_.gate().shell("ip link add sw2 type veth peer name sw3 && ip link set sw2 up");
  config_.interfaces = {"sw2", "sw0"};
  ASSERT_OK(lab_.attach(config_));
  const auto before = dataplane::read_slots(config_.pin_path);
  config_.interfaces = {"sw0", "sw2"};
  config_.max_bindings *= 2;
  ASSERT_OK(lab_.attach(config_));
  const auto after = dataplane::read_slots(config_.pin_path);
  ASSERT_OK(before);
  ASSERT_OK(after);
  for (std::size_t i = 0; i < after->size(); ++i) EXPECT_EQ((*after)[i].name, (*before)[i].name);
}

TEST_F(Migration, AKilledOneIsClearedAway) {
  ASSERT_OK(lab_.attach(config_));
  std::filesystem::create_directory(path("next"));
  const dataplane::Descriptor map{bpf_map_create(BPF_MAP_TYPE_ARRAY, "half", 4, 4, 1, nullptr)};
  ASSERT_EQ(bpf_obj_pin(map.get(), path("next/bindings4").c_str()), 0);
  config_.max_bindings *= 2;
  ASSERT_OK(lab_.attach(config_));
  EXPECT_EQ(bindings().capacity(), 128U);
  ASSERT_OK(lab_.detach(config_.pin_path));
  EXPECT_FALSE(dataplane::exists(config_.pin_path));
}

TEST_F(Migration, AFailureLeavesTheOldMapsInPlace) {
  ASSERT_OK(lab_.attach(config_));
  ASSERT_EQ(bindings().install(row({})), dataplane::InstallStatus::kInstalled);
  config_.interfaces = {"sw0", "lo"};  // the second has no native XDP
  config_.max_bindings *= 2;
  EXPECT_FALSE(lab_.attach(config_).ok());
  EXPECT_EQ(bindings().capacity(), 64U);
  EXPECT_EQ(bindings().list().size(), 1U);
  EXPECT_FALSE(std::filesystem::exists(path("next")));
}

/// Traffic of a bound UE and of a stranger, while the maps are replaced again and again.
TEST_F(Migration, LosesNoBoundPacketAndLetsNoStrangerThrough) {
  constexpr int kUpgrades = 8;
  constexpr std::uint16_t kStranger = 40002;
  ASSERT_OK(lab_.attach(config_));
  ASSERT_EQ(bindings().install(row({.ip = kPeer4})), dataplane::InstallStatus::kInstalled);
  const UdpPeer gate(lab_.gate(), kGate4, kSip);
  const UdpPeer ue(lab_.ue(), kPeer4, kUePort);
  const UdpPeer stranger(lab_.ue(), kPeer4, kStranger);
  std::atomic<bool> stop = false;
  std::atomic<std::uint64_t> sent = 0;
  std::uint64_t received = 0;
  std::uint64_t strangers = 0;
  std::thread traffic([&] {
    while (!stop) {
      stranger.send(kOptions, kGate4, kSip);
      ue.send(kMessage, kGate4, kSip);
      ++sent;
      const auto got = gate.receive();
      if (!got) continue;
      ++received;
      if (got->payload != kMessage || got->mark == 0) ++strangers;
    }
  });
  for (int i = 0; i < kUpgrades; ++i) {
    config_.max_bindings = i % 2 == 0 ? 128 : 64;
    EXPECT_TRUE(lab_.attach(config_).ok());
  }
  stop = true;
  traffic.join();
  EXPECT_GT(sent, std::uint64_t{kUpgrades});
  EXPECT_EQ(received, sent);
  EXPECT_EQ(strangers, 0U);
}

}  // namespace
}  // namespace sipward::test
