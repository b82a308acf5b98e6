// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/gate/wire.h"

#include <bpf/bpf.h>
#include <linux/bpf.h>
#include <sched.h>
#include <sys/resource.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <stdexcept>
#include <string>

#include "generator.skel.h"
#include "tests/kernel/lab.h"

namespace sipward::bench {

namespace {

constexpr std::uint32_t kBatch = 64;
constexpr std::uint64_t kSeed = 0x5349505741524431ULL;
constexpr std::size_t kIpHeader = 14;
constexpr std::ptrdiff_t kIpChecksum = kIpHeader + 10;
constexpr std::ptrdiff_t kUdpChecksum = kIpHeader + 20 + 6;

test::Frame make_invite() {
  test::Frame frame = test::Packet()
                          .ip("0.0.0.0", test::kGate4)
                          .udp(0, test::kSip)
                          .payload(
                              "INVITE sip:bob@home1.example SIP/2.0\r\n"
                              "Via: SIP/2.0/UDP ue.example;branch=z9hG4bK776asdhds;rport\r\n"
                              "Max-Forwards: 70\r\n"
                              "Route: <sip:pcscf.visited1.example;lr>\r\n"
                              "To: Bob <sip:bob@home1.example>\r\n"
                              "From: Alice <sip:alice@home1.example>;tag=1928301774\r\n"
                              "Call-ID: a84b4c76e66710@ue.example\r\n"
                              "CSeq: 314159 INVITE\r\n"
                              "Contact: <sip:alice@ue.example;ob>\r\n"
                              "P-Preferred-Identity: <sip:alice@home1.example>\r\n"
                              "Content-Length: 0\r\n\r\n");
  // The sources change on the way: the generator makes the IP sum, and UDP has none (RFC 768).
  std::fill_n(frame.begin() + kIpChecksum, 2, std::uint8_t{0});
  std::fill_n(frame.begin() + kUdpChecksum, 2, std::uint8_t{0});
  return frame;
}

/// Of the IPv4 header with its source and checksum zero.
std::uint32_t sum_header(const test::Frame& frame) {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < 20; i += 2) {
    std::uint16_t word = 0;  // as generator.bpf.c reads it: in memory order
    std::memcpy(&word, &frame[kIpHeader + i], sizeof(word));
    sum += word;
  }
  return sum;
}

/// This thread, in the queue of its CPU; schedstat is run time, waiting time, slices.
std::chrono::nanoseconds waited_so_far() {
  std::ifstream schedstat("/proc/thread-self/schedstat");
  std::int64_t ran = 0;
  std::int64_t waited = 0;
  schedstat >> ran >> waited;
  return std::chrono::nanoseconds(waited);
}

}  // namespace

void settle() {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(0, &set);
  ::sched_setaffinity(0, sizeof(set), &set);
  ::setpriority(PRIO_PROCESS, 0, -20);
}

Stopwatch::Stopwatch() : start_(std::chrono::steady_clock::now()), waited_(waited_so_far()) {}

Seconds Stopwatch::read() const {
  const auto elapsed = std::chrono::steady_clock::now() - start_;
  return elapsed - (waited_so_far() - waited_);
}

void Wire::Destroy::operator()(wire_bpf* skeleton) const { wire_bpf::destroy(skeleton); }

Wire::Wire() : skeleton_(wire_bpf::open_and_load()), frame_(make_invite()) {
  if (!skeleton_) throw std::runtime_error("the kernel refuses the generator; is this root?");
  skeleton_->bss->wire.random = kSeed;
  skeleton_->bss->wire.header_sum = sum_header(frame_);
}

Seconds Wire::send(std::uint32_t ifindex, const Sources& sources, std::uint32_t count) {
  auto& wire = skeleton_->bss->wire;
  wire.ifindex = ifindex;
  wire.first_source = sources.first;
  wire.source_mask = sources.count - 1;
  LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = frame_.data(),
              .data_size_in = static_cast<__u32>(frame_.size()), .repeat = static_cast<int>(count),
              .flags = BPF_F_TEST_XDP_LIVE_FRAMES, .batch_size = kBatch);
  if (bpf_prog_test_run_opts(bpf_program__fd(skeleton_->progs.generate), &options) != 0) {
    throw std::runtime_error(std::string("live frames: ") + std::strerror(errno));
  }
  return std::chrono::nanoseconds(options.duration) * static_cast<double>(count);
}

int Wire::drop_all() const { return bpf_program__fd(skeleton_->progs.drop_all); }
int Wire::pass_all() const { return bpf_program__fd(skeleton_->progs.pass_all); }

}  // namespace sipward::bench
