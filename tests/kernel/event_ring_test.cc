// SPDX-License-Identifier: Apache-2.0
#include "agent/dataplane/event_ring.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <grp.h>
#include <gtest/gtest.h>
#include <linux/bpf.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "agent/dataplane/pins.h"
#include "bpf/abi.h"
#include "tests/kernel/as_nobody.h"
#include "tests/kernel/lab.h"

namespace sipward::test {
namespace {

using dataplane::Descriptor;
using dataplane::EventRing;

constexpr std::uint32_t kOnlyRow = 0;
constexpr std::uint32_t kRingBytes = 1U << 16;

/// XDP program: the first `size` octets of the only row of `input` become a record of the ring.
Descriptor load_producer(int input, int ring, __s32 size) {
  constexpr __u8 kMove = BPF_ALU64 | BPF_MOV;
  constexpr __u8 kLoadMap = BPF_LD | BPF_DW | BPF_IMM;  // two instructions long
  const bpf_insn code[] = {
      {.code = BPF_ST | BPF_MEM | BPF_W, .dst_reg = 10, .off = -4, .imm = kOnlyRow},
      {.code = kMove | BPF_X, .dst_reg = 2, .src_reg = 10},
      {.code = BPF_ALU64 | BPF_ADD | BPF_K, .dst_reg = 2, .imm = -4},
      {.code = kLoadMap, .dst_reg = 1, .src_reg = BPF_PSEUDO_MAP_FD, .imm = input},
      {},
      {.code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_map_lookup_elem},
      {.code = BPF_JMP | BPF_JEQ | BPF_K, .dst_reg = 0, .off = 6, .imm = 0},
      {.code = kMove | BPF_X, .dst_reg = 2, .src_reg = 0},
      {.code = kLoadMap, .dst_reg = 1, .src_reg = BPF_PSEUDO_MAP_FD, .imm = ring},
      {},
      {.code = kMove | BPF_K, .dst_reg = 3, .imm = size},
      {.code = kMove | BPF_K, .dst_reg = 4, .imm = 0},
      {.code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_ringbuf_output},
      {.code = kMove | BPF_K, .dst_reg = 0, .imm = XDP_PASS},
      {.code = BPF_JMP | BPF_EXIT},
  };
  return Descriptor{bpf_prog_load(BPF_PROG_TYPE_XDP, "sw_producer", "GPL", code,
                                  sizeof(code) / sizeof(code[0]), nullptr)};
}

/// The two maps that a reader opens, pinned as the gate's are, and a program that writes.
class Ring : public testing::Test {
 protected:
  Ring() : path_(new_pin_path()) {
    use_private_bpffs();
    ::mkdir(path_.c_str(), 0755);
    LIBBPF_OPTS(bpf_map_create_opts, mmapable, .map_flags = BPF_F_MMAPABLE);
    events_ = Descriptor{bpf_map_create(BPF_MAP_TYPE_RINGBUF, "events", 0, 0, kRingBytes, nullptr)};
    pulse_ = Descriptor{bpf_map_create(BPF_MAP_TYPE_ARRAY, "pulse", sizeof(kOnlyRow),
                                       sizeof(sipward_pulse), 1, &mmapable)};
    pin(events_, "/events");
    pin(pulse_, "/pulse");
    input_ = Descriptor{bpf_map_create(BPF_MAP_TYPE_ARRAY, "input", sizeof(kOnlyRow),
                                       sizeof(sipward_packet_event), 1, nullptr)};
    whole_ = load_producer(input_.get(), events_.get(), sizeof(sipward_packet_event));
    odd_ = load_producer(input_.get(), events_.get(), 64);
    if (!whole_ || !odd_) throw std::runtime_error("the kernel refuses the test's program");
  }

  void pin(const Descriptor& map, const std::string& name) const {
    if (bpf_obj_pin(map.get(), (path_ + name).c_str()) != 0) throw std::runtime_error("pin");
  }

  void run(const Descriptor& program, const sipward_packet_event& event) const {
    ASSERT_EQ(bpf_map_update_elem(input_.get(), &kOnlyRow, &event, BPF_ANY), 0);
    const std::string frame(64, '\0');
    LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = frame.data(),
                .data_size_in = static_cast<__u32>(frame.size()));
    ASSERT_EQ(bpf_prog_test_run_opts(program.get(), &options), 0);
  }
  /// An event that is told by its source port.
  void emit(std::uint16_t port) const {
    sipward_packet_event event{};
    event.reason = SIPWARD_REASON_UNBOUND;
    event.source_port = port;
    run(whole_, event);
  }
  void emit_odd() const { run(odd_, {}); }

  /// The ports of what is taken, in order.
  static std::string take(EventRing& ring, std::size_t limit) {
    std::string ports;
    ring.consume(
        [&](const ims::GateEvent& event) { ports += std::to_string(event.source.port) + ";"; },
        limit);
    return ports;
  }
  static bool is_readable(const EventRing& ring) {
    pollfd look{.fd = ring.descriptor(), .events = POLLIN, .revents = 0};
    return ::poll(&look, 1, 0) == 1;
  }

  std::string path_;
  Descriptor events_;
  Descriptor pulse_;
  Descriptor input_;
  Descriptor whole_;  ///< writes events
  Descriptor odd_;    ///< writes records that are none
};

TEST_F(Ring, GivesWhatTheKernelPutInAndNoMoreThanAsked) {
  auto ring = EventRing::open(path_);
  ASSERT_TRUE(ring) << ring.error();
  EXPECT_FALSE(is_readable(*ring));
  EXPECT_EQ(take(*ring, 10), "");
  for (std::uint16_t port = 1; port <= 5; ++port) emit(port);
  EXPECT_TRUE(is_readable(*ring));
  EXPECT_EQ(take(*ring, 0), "");
  EXPECT_EQ(take(*ring, 2), "1;2;");
  EXPECT_TRUE(is_readable(*ring));
  EXPECT_EQ(take(*ring, 10), "3;4;5;");
  EXPECT_FALSE(is_readable(*ring));
  emit(6);
  EXPECT_EQ(take(*ring, 1), "6;");
}

TEST_F(Ring, GoesOnWhereTheReaderBeforeItEnded) {
  emit(1);
  emit(2);
  {
    auto ring = EventRing::open(path_);
    ASSERT_TRUE(ring);
    EXPECT_EQ(take(*ring, 1), "1;");
  }
  auto next = EventRing::open(path_);
  ASSERT_TRUE(next);
  EXPECT_EQ(take(*next, 10), "2;");
}

TEST_F(Ring, SkipsAndCountsWhatIsNoEvent) {
  auto ring = EventRing::open(path_);
  ASSERT_TRUE(ring);
  emit_odd();
  emit(7);
  emit_odd();
  EXPECT_EQ(take(*ring, 10), "7;");
  EXPECT_EQ(ring->skipped(), 2U);
}

TEST_F(Ring, TellsWhatTheGateCouldNotPutIn) {
  auto ring = EventRing::open(path_);
  ASSERT_TRUE(ring);
  EXPECT_EQ(ring->lost(), 0U);
  sipward_pulse pulse{};
  pulse.events_lost = 41;
  ASSERT_EQ(bpf_map_update_elem(pulse_.get(), &kOnlyRow, &pulse, BPF_ANY), 0);
  EXPECT_EQ(ring->lost(), 41U);
}

TEST_F(Ring, AFullRingIsReadToItsEnd) {
  auto ring = EventRing::open(path_);
  ASSERT_TRUE(ring);
  constexpr std::size_t kMore = kRingBytes / sizeof(sipward_packet_event) + 10;
  for (std::size_t i = 0; i < kMore; ++i) emit(1);
  std::size_t taken = 0;
  while (const std::size_t count = ring->consume([](const auto&) {}, 16)) taken += count;
  EXPECT_GT(taken, kMore / 2);
  EXPECT_LT(taken, kMore) << "the ring must have been full";
  emit(2);
  EXPECT_EQ(take(*ring, 10), "2;");
}

TEST_F(Ring, SaysWhatIsMissing) {
  const auto nowhere = EventRing::open(path_ + "/nowhere");
  ASSERT_FALSE(nowhere);
  EXPECT_NE(nowhere.error().find("/nowhere/pulse"), std::string::npos) << nowhere.error();
  ::unlink((path_ + "/events").c_str());
  const auto half = EventRing::open(path_);
  ASSERT_FALSE(half);
  EXPECT_NE(half.error().find("/events"), std::string::npos) << half.error();
}

TEST_F(Ring, RefusesMapsOfAnotherKind) {
  ::unlink((path_ + "/events").c_str());
  pin(pulse_, "/events");
  EXPECT_FALSE(EventRing::open(path_));
  ::unlink((path_ + "/pulse").c_str());
  pin(events_, "/pulse");
  EXPECT_FALSE(EventRing::open(path_));
}

TEST_F(Ring, TheGroupReadsItWithoutACapability) {
  const gid_t group = ::getgrnam(kGroup)->gr_gid;
  for (const char* name : {"/events", "/pulse"}) {
    const std::string file = path_ + name;
    ASSERT_EQ(::chown(file.c_str(), 0, group), 0);
    ASSERT_EQ(::chmod(file.c_str(), 0660), 0);
  }
  emit(8);
  const int code = as_nobody(group, [&] {
    auto ring = EventRing::open(path_);
    if (!ring) return 1;
    if (!is_readable(*ring)) return 2;
    if (take(*ring, 10) != "8;") return 3;
    return is_readable(*ring) ? 4 : 0;
  });
  EXPECT_EQ(code, 0);
  EXPECT_EQ(as_nobody(group + 1, [&] { return EventRing::open(path_) ? 1 : 0; }), 0);
}

}  // namespace
}  // namespace sipward::test
