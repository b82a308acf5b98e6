// SPDX-License-Identifier: Apache-2.0
// A hash map recycles its elements under a reader: between the gate's look-up and its read the
// element may already belong to another key. One thread provokes this as fast as it can, while the
// gate reads inside the kernel.
#include <bpf/bpf.h>
#include <gtest/gtest.h>
#include <sched.h>

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

#include "agent/dataplane/pins.h"
#include "agent/dataplane/row.h"
#include "tests/kernel/lab.h"

namespace sipward::test {
namespace {

// In one system call each.
constexpr std::uint32_t kReads = 100'000;
constexpr std::uint32_t kWrites = 1'024;
constexpr std::uint64_t kMostReads = 30'000'000;
constexpr std::uint64_t kLeastReads = 3'000'000;
constexpr std::uint64_t kMoreThanProvoked = 3;  // times as many reads as the race needed to show

/// Reader and writer must run at the same time.
void run_on_cpu_parity(unsigned parity) {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  sched_getaffinity(0, sizeof(allowed), &allowed);
  for (unsigned cpu = 0, seen = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (CPU_ISSET(cpu, &allowed) && seen++ % 2 != parity) CPU_CLR(cpu, &allowed);
  }
  if (CPU_COUNT(&allowed) > 0) sched_setaffinity(0, sizeof(allowed), &allowed);
}

dataplane::GateConfig one_lookup() {
  auto config = test_config();
  config.rows = dataplane::RowKinds::kExact;
  return config;
}

/// The reader's row is expired, the other one's is alive: a packet of the reader that counts as
/// bound was judged by the other one's word.
class Recycling : public testing::Test {
 protected:
  Recycling() : gate_(one_lookup()), map_(dataplane::open_pinned(gate_.pin_path() + "/bindings4")) {
    // So that the index of addresses knows of both.
    gate_.bindings().install(row({}));
    gate_.bindings().install(row({.ip = "203.0.113.8"}));
  }

  struct Written {
    dataplane::RowKey key;
    sipward_binding value;
  };
  static Written make(const RowOf& fields) {
    const ims::KernelRow from = row(fields);
    const auto key = dataplane::make_key(from.key).value();
    return {key, dataplane::make_value(key, from).value()};
  }

  /// How many reads were done until `enough` of them went wrong, or `most` were done. Overwriting
  /// two rows in turn, many times in one system call: the kernel writes the new element of the one
  /// into the old element of the other.
  std::uint64_t hammer(const Written& other, std::uint64_t enough, std::uint64_t most) {
    std::atomic<bool> stop = false;
    std::thread writer([&] {
      run_on_cpu_parity(1);
      std::vector<sipward_key4> keys;
      std::vector<sipward_binding> values;
      for (std::uint32_t i = 0; i < kWrites; ++i) {
        const Written& row = i % 2 == 0 ? reader_ : other;
        keys.push_back(row.key.v4);
        values.push_back(row.value);
      }
      while (!stop) {
        std::uint32_t count = kWrites;
        bpf_map_update_batch(map_.get(), keys.data(), values.data(), &count, nullptr);
      }
    });
    std::uint64_t reads = 0;
    std::thread reader([&] {
      run_on_cpu_parity(0);
      const Frame frame = from_ue4("");
      for (; reads < most && wrong() < enough; reads += kReads) gate_.repeat(frame, kReads);
      stop = true;
    });
    reader.join();
    writer.join();
    return reads;
  }

  /// `tag_failed`: repeated runs use up the room for tags.
  [[nodiscard]] std::uint64_t wrong() const {
    return gate_.packets("bound") + gate_.packets("tag_failed");
  }

  GateUnderTest gate_;
  dataplane::Descriptor map_;
  Written reader_ = make({.binding = 1, .seconds_left = kExpired});
};

TEST_F(Recycling, NeverLendsAnotherRowsWord) {
  Written other = make({.ip = "203.0.113.8", .binding = 2});
  // First without protection, to know that the race is there and how often: the other one's word
  // carries the check of the reader's key.
  Written unprotected = other;
  unprotected.value.decision = sipward_pack(reader_.key.digest(), &other.value);
  const std::uint64_t provoked = hammer(unprotected, 3, kMostReads);
  const std::uint64_t before = wrong();  // 0 where the race does not show: one CPU

  hammer(other, before + 1, std::clamp(kMoreThanProvoked * provoked, kLeastReads, kMostReads));
  RecordProperty("reads_until_the_race_showed",
                 std::to_string(provoked) + " for " + std::to_string(before));
  EXPECT_EQ(wrong(), before) << "the race was provoked within " << provoked << " reads";
  EXPECT_GT(gate_.packets("expired"), 0U) << "the reader's own row was seen";
}

TEST_F(Recycling, TheCheckCoversKeyAndFacts) {
  const Written other = make({.ip = "203.0.113.8", .binding = 2});
  EXPECT_TRUE(sipward_belongs(other.key.digest(), other.value.decision));
  EXPECT_FALSE(sipward_belongs(reader_.key.digest(), other.value.decision));
  for (unsigned bit = 0; bit < 64; ++bit) {
    EXPECT_FALSE(sipward_belongs(other.key.digest(), other.value.decision ^ (1ULL << bit)))
        << "bit " << bit;
  }
}

TEST_F(Recycling, AWordOfAnotherKeyIsNoRow) {
  Written foreign = make({.binding = 7});
  foreign.value.decision = make({.ip = "203.0.113.8", .binding = 7}).value.decision;
  ASSERT_EQ(bpf_map_update_elem(map_.get(), foreign.key.data(), &foreign.value, BPF_ANY), 0);
  EXPECT_EQ(gate_.run(from_ue4("MESSAGE ")).counted, "unbound");
}

}  // namespace
}  // namespace sipward::test
