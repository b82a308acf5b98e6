// SPDX-License-Identifier: Apache-2.0
#include "tests/kernel/lab.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fmt/format.h>
#include <linux/bpf.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <stdexcept>
#include <vector>

#include "agent/dataplane/pins.h"
#include "agent/dataplane/settings.h"

namespace sipward::test {

namespace {

constexpr const char* kBpffs = "/sys/fs/bpf";

[[noreturn]] void fail(std::string_view what) {
  throw std::runtime_error(fmt::format("{}: {}", what, std::strerror(errno)));
}

constexpr std::array<std::string_view, SIPWARD_REASON_COUNT> kNames{
#define SIPWARD_REASON_NAME(id, name, class, text) #name,
    SIPWARD_REASONS(SIPWARD_REASON_NAME)
#undef SIPWARD_REASON_NAME
};

using PerReason = std::array<sipward_count, SIPWARD_REASON_COUNT>;

PerReason as_array(const sipward_counters& counters) {
  PerReason array{};
  std::memcpy(array.data(), &counters, sizeof(counters));
  return array;
}

}  // namespace

void use_private_bpffs() {
  static bool done = false;
  if (done) return;
  if (::geteuid() != 0) throw std::runtime_error("kernel tests need root");
  if (::unshare(CLONE_NEWNS) != 0) fail("unshare");
  if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0)
    fail("mount --make-private");
  if (::mount("bpf", kBpffs, "bpf", 0, nullptr) != 0) fail("mount -t bpf");
  if (::chmod(kBpffs, 0755) != 0) fail("chmod");
  done = true;
}

std::string new_pin_path() {
  static int count = 0;
  return fmt::format("{}/sw-test-{}", kBpffs, ++count);
}

std::optional<std::uint32_t> without_seat(std::optional<std::uint32_t> mark) {
  const std::uint32_t verdict = mark.value_or(0) >> SIPWARD_MARK_VERDICT_SHIFT;
  const bool seated = verdict == SIPWARD_VERDICT_ADMITTED || verdict == SIPWARD_VERDICT_EMERGENCY;
  return seated ? std::optional(sipward_mark(verdict, 0)) : mark;
}

std::string_view reason_name(std::uint32_t reason) { return kNames.at(reason); }

dataplane::GateConfig test_config() {
  dataplane::GateConfig config;
  config.interfaces = {"sw0"};
  for (const std::string_view local : {kGate4, kGate6}) {
    config.listeners.push_back(
        {.local = {.ip = sip::IpAddress::parse(local).value(), .port = kSip}});
  }
  config.mode = dataplane::Mode::kEnforce;
  config.max_bindings = 64;
  config.register_budget = {.per_source = 1'000'000, .total = 1'000'000};
  config.keepalive_budget = config.register_budget;
  config.emergency_budget = config.register_budget;
  config.syn_budget = config.register_budget;
  config.fragment_budget = config.register_budget;
  config.known_total = config.register_budget.total;
  config.policy.fail_mode = dataplane::FailMode::kHold;
  config.policy.bogons = false;  // the tests live in blocks for documentation
  return config;
}

Packet from_ue4(std::string_view payload) {
  return Packet().ip(kUe4, kGate4).udp(kUePort, kSip).payload(payload);
}

Packet from_ue6(std::string_view payload) {
  return Packet().ip(kUe6, kGate6).udp(kUePort, kSip).payload(payload);
}

Packet tcp_from_ue4(std::uint8_t flags, std::string_view payload) {
  return Packet().ip(kUe4, kGate4).tcp(kUePort, kSip, flags).payload(payload);
}

Packet tcp_from_ue6(std::uint8_t flags, std::string_view payload) {
  return Packet().ip(kUe6, kGate6).tcp(kUePort, kSip, flags).payload(payload);
}

std::uint32_t now_s() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return static_cast<std::uint32_t>(std::chrono::floor<std::chrono::seconds>(now).count());
}

ims::KernelRow row(const RowOf& fields) {
  return {.key = {.ip = sip::IpAddress::parse(fields.ip).value(),
                  .port = fields.port,
                  .transport = fields.transport},
          .binding = fields.binding,
          .epoch = fields.epoch,
          .expires = std::chrono::steady_clock::now() + std::chrono::seconds(fields.seconds_left)};
}

ManyRuns run_many(int program, const Frame& frame, std::uint32_t times) {
  LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = frame.data(),
              .data_size_in = static_cast<__u32>(frame.size()), .repeat = static_cast<int>(times));
  if (bpf_prog_test_run_opts(program, &options) != 0) fail("BPF_PROG_TEST_RUN");
  return {.nanoseconds = options.duration, .last_action = static_cast<int>(options.retval)};
}

GateUnderTest::GateUnderTest(const dataplane::GateConfig& config) : pin_path_(new_pin_path()) {
  use_private_bpffs();
  ::mkdir(pin_path_.c_str(), 0755);
  auto program = dataplane::Program::load(
      {.pin_path = pin_path_,
       .settings = dataplane::make_settings(config, {"sw0", kSlot}, dataplane::random_seed()),
       .max_bindings = config.max_bindings});
  if (!program) throw std::runtime_error(program.error());
  program_ = std::move(*program);
  auto bindings = dataplane::Bindings::open(pin_path_);
  if (!bindings) throw std::runtime_error(bindings.error());
  bindings_ = std::move(*bindings);
  auto pulse = dataplane::Pulse::open(pin_path_);
  if (!pulse) throw std::runtime_error(pulse.error());
  pulse_ = std::move(*pulse);
}

dataplane::Descriptor GateUnderTest::map(std::string_view name) const {
  dataplane::Descriptor opened = dataplane::open_pinned(fmt::format("{}/{}", pin_path_, name));
  if (!opened) fail(name);
  return opened;
}

GateUnderTest::~GateUnderTest() {
  std::error_code ignored;
  std::filesystem::remove_all(pin_path_, ignored);
}

sipward_counters GateUnderTest::counters() const {
  const dataplane::Descriptor map = this->map("counters");
  std::vector<sipward_counters> per_cpu(static_cast<std::size_t>(libbpf_num_possible_cpus()));
  if (bpf_map_lookup_elem(map.get(), &kSlot, per_cpu.data()) != 0) fail("counters");
  PerReason total{};
  for (const sipward_counters& one : per_cpu) {
    const PerReason counts = as_array(one);
    for (std::size_t i = 0; i < counts.size(); ++i) {
      total[i].packets += counts[i].packets;
      total[i].bytes += counts[i].bytes;
    }
  }
  sipward_counters sum{};
  std::memcpy(&sum, total.data(), sizeof(sum));
  return sum;
}

std::uint64_t GateUnderTest::packets(std::string_view counter) const {
  const PerReason counts = as_array(counters());
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (kNames[i] == counter) return counts[i].packets;
  }
  throw std::invalid_argument(fmt::format("no counter {}", counter));
}

Outcome GateUnderTest::run(const Frame& frame) {
  const PerReason before = as_array(counters());
  Frame out(frame.size() + 256);
  xdp_md context_in{};
  xdp_md context_out{};
  context_in.data_end = static_cast<__u32>(frame.size());
  LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = frame.data(), .data_out = out.data(),
              .data_size_in = static_cast<__u32>(frame.size()),
              .data_size_out = static_cast<__u32>(out.size()), .ctx_in = &context_in,
              .ctx_out = &context_out, .ctx_size_in = sizeof(context_in),
              .ctx_size_out = sizeof(context_out));
  if (bpf_prog_test_run_opts(program_->gate_fd(), &options) != 0) fail("BPF_PROG_TEST_RUN");

  Outcome outcome;
  outcome.action = static_cast<int>(options.retval);
  out.resize(options.data_size_out);
  const std::size_t metadata = context_out.data - context_out.data_meta;
  if (metadata == sizeof(sipward_tag)) {
    sipward_tag tag{};
    std::memcpy(&tag, out.data(), sizeof(tag));
    if (tag.magic == SIPWARD_TAG_MAGIC) outcome.mark = tag.mark;
  }
  outcome.frame.assign(out.begin() + static_cast<std::ptrdiff_t>(metadata), out.end());
  const PerReason after = as_array(counters());
  for (std::size_t i = 0; i < after.size(); ++i) {
    for (std::uint64_t n = before[i].packets; n < after[i].packets; ++n) {
      outcome.counted += (outcome.counted.empty() ? "" : "+") + std::string(kNames[i]);
    }
    outcome.octets_counted += after[i].bytes - before[i].bytes;
  }
  return outcome;
}

ManyRuns GateUnderTest::repeat(const Frame& frame, std::uint32_t times) {
  return run_many(program_->gate_fd(), frame, times);
}

void GateUnderTest::refill_budgets() {
  const auto empty = [&](const char* name, std::uint32_t count) {
    const dataplane::Descriptor map = this->map(name);
    std::vector<__u32> keys(count);
    const std::vector<sipward_bucket> buckets(count);
    for (std::uint32_t i = 0; i < count; ++i) keys[i] = i;
    LIBBPF_OPTS(bpf_map_batch_opts, options);
    if (bpf_map_update_batch(map.get(), keys.data(), buckets.data(), &count, &options) != 0) {
      fail(name);
    }
  };
  empty("sources", SIPWARD_CLASS_COUNT * SIPWARD_SOURCES_PER_CLASS);
  empty("totals", SIPWARD_CLASS_COUNT);
}

}  // namespace sipward::test
