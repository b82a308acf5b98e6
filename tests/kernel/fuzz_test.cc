// SPDX-License-Identifier: Apache-2.0
// Random and mutated frames, from a seed, against an independent reading of each. SIPWARD_SEED
// repeats a run, SIPWARD_FUZZ_FRAMES makes it longer.
#include <gtest/gtest.h>
#include <linux/bpf.h>

#include <algorithm>
#include <cstdlib>
#include <ostream>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "agent/dataplane/clear_blocks.h"
#include "tests/kernel/expectations.h"
#include "tests/kernel/lab.h"
#include "tests/kernel/oracle.h"

namespace sipward::test {
namespace {

using dataplane::Fragments;
using dataplane::Mode;

constexpr std::size_t kLeastFrame = 14;  // BPF_PROG_TEST_RUN takes no less
constexpr std::size_t kMostFrame = 1'500;
constexpr std::uint64_t kFrames = 40'000;  // of each configuration

constexpr std::string_view kTcpOnly6 = "2001:db8::12";

std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

std::vector<Frame> udp_seeds() {
  const std::string_view message = "MESSAGE sip:bob@home1.example SIP/2.0\r\n";
  const std::string_view enrol = "REGISTER sip:home1.example SIP/2.0\r\n";
  return {
      from_ue4(message),
      from_ue4(enrol),
      from_ue6(message),
      from_ue6(enrol),
      from_ue4("INVITE urn:service:sos SIP/2.0\r\n"),
      from_ue4("\r\n\r\n"),
      from_ue4(message).vlan(7).vlan(8),
      from_ue4(message).vlan(0).vlan(0).vlan(0).vlan(0).vlan(0).vlan(0).vlan(0).vlan(0),
      from_ue4(message).ipv4_options(12),
      from_ue4(message).fragment(0, true).claim_udp_length(1'400),
      from_ue4("tail").fragment(8, false).without_udp_header(),
      from_ue6(message).extension(0).extension(60, 24).extension(51, 24),
      from_ue6(message)
          .extension(60)
          .extension(60)
          .extension(60)
          .extension(60)
          .extension(60)
          .extension(60)
          .extension(60)
          .extension(43),
      from_ue6(message).fragment(0, true).claim_udp_length(1'400),
      from_ue6("tail").fragment(64, true).without_udp_header(),
      from_ue4(message).ip(kUe4, "198.51.100.11"),
      from_ue4(message).udp(kUePort, 5061),
      from_ue6(message).ip(kUe6, "2001:db8::11").extension(43, 16),
      from_ue4(message).vlan(7).ip(kUe4, "192.0.2.1"),
      from_ue4(message).ip("192.0.2.200", kGate4).udp(9, kSip),  // these two are bound
      from_ue6(message).ip("2001:db8:9::9", kGate6),
  };
}

std::vector<Frame> tcp_seeds() {
  return {
      tcp_from_ue4(kSyn),
      tcp_from_ue6(kSyn),
      tcp_from_ue4(kAck | kPsh, "REGISTER sip:h SIP/2.0\r\n"),
      tcp_from_ue6(kAck | kFin).vlan(7),
      tcp_from_ue4(kSyn, std::string(20, '\x01')).claim_doff(10),
      tcp_from_ue4(kAck, "x").fragment(0, true),
      tcp_from_ue6(kAck, "x").fragment(24, true),
      tcp_from_ue6(kAck).extension(0).extension(60),
      tcp_from_ue4(kAck).ip("192.0.2.200", kGate4),
      tcp_from_ue4(kSyn).tcp(kUePort, 22, kSyn),
      tcp_from_ue6(kSyn).ip(kUe6, kTcpOnly6).extension(60),
      tcp_from_ue6(kAck, "x").ip(kUe6, kTcpOnly6).fragment(24, true),
      from_ue6("tail").ip(kUe6, kTcpOnly6).fragment(64, true),
  };
}

class Mutator {
 public:
  explicit Mutator(std::uint64_t seed) : random_(seed), seeds_(udp_seeds()) {
    for (Frame& frame : tcp_seeds()) seeds_.push_back(std::move(frame));
  }

  Frame next() {
    Frame frame = below(20) == 0 ? noise() : seeds_[below(seeds_.size())];
    for (std::size_t i = below(6); i > 0; --i) mutate(frame);
    frame.resize(std::clamp(frame.size(), kLeastFrame, kMostFrame));
    return frame;
  }

 private:
  std::size_t below(std::size_t limit) { return limit == 0 ? 0 : random_() % limit; }
  std::uint8_t octet() { return static_cast<std::uint8_t>(random_()); }

  Frame noise() {
    Frame frame(kLeastFrame + below(200));
    std::ranges::generate(frame, [&] { return octet(); });
    return frame;
  }

  void mutate(Frame& frame) {
    const std::size_t at = below(frame.size());
    const auto place = frame.begin() + static_cast<std::ptrdiff_t>(at);
    switch (below(7)) {
      case 0:
        frame[at] = octet();
        break;
      case 1:
        frame[at] = static_cast<std::uint8_t>(frame[at] ^ (1U << below(8)));
        break;
      case 2:
        frame.resize(at);
        break;
      case 3:
        frame.insert(place, 1 + below(8), octet());
        break;
      case 4:
        frame.erase(place, place + static_cast<std::ptrdiff_t>(below(frame.size() - at)));
        break;
      default:  // the headers are where it matters
        frame[below(std::min<std::size_t>(frame.size(), 62))] = octet();
    }
    if (frame.empty()) frame = noise();
  }

  std::mt19937_64 random_;
  std::vector<Frame> seeds_;
};

struct Case {
  std::string name;
  Mode mode;
  Fragments fragments;
  bool tcp;

  friend void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }
};

class Fuzz : public testing::TestWithParam<Case> {
 protected:
  Fuzz() {
    config_.mode = GetParam().mode;
    config_.fragments = GetParam().fragments;
    config_.emergency = true;
    if (GetParam().tcp) {  // beside UDP on IPv4; on IPv6 TLS on another port, TCP on an address
      config_.listeners.push_back(
          {.local = config_.listeners[0].local, .transport = sip::Transport::kTcp});
      config_.listeners.push_back({.local = sip::Endpoint::parse("[2001:db8::10]:5061").value(),
                                   .transport = sip::Transport::kTls});
      config_.listeners.push_back(
          {.local = {.ip = sip::IpAddress::parse(kTcpOnly6).value(), .port = kSip},
           .transport = sip::Transport::kTcp});
    }
    gate_.emplace(config_);
    config_.shortcut = false;
    long_way_.emplace(config_);
    for (std::optional<GateUnderTest>* gate : {&gate_, &long_way_}) fill(**gate);
  }

  /// As an attach leaves it: with the rules that are always there.
  void fill(GateUnderTest& gate) {
    const auto rules = dataplane::make_source_rules({{.slot = kSlot, .bogons = false}}, {}, {});
    if (const auto error = dataplane::write_sources(gate.pin_path(), rules)) {
      throw std::runtime_error(*error);
    }
    for (const RowOf& fields :
         {RowOf{.ip = "192.0.2.200", .port = 9}, RowOf{.ip = "2001:db8:9::9", .port = 0},
          RowOf{.ip = "192.0.2.200", .transport = sip::Transport::kTcp}}) {
      const ims::KernelRow one = row(fields);
      install(gate, {one});
      rows_.insert(one.key);
    }
  }

  /// The shortcut saves time and nothing else.
  void compare(const Frame& frame, const Outcome& outcome) {
    const Outcome other = long_way_->run(frame);
    ASSERT_EQ(outcome.counted, other.counted);
    ASSERT_EQ(outcome.octets_counted, other.octets_counted);
    ASSERT_EQ(outcome.action, other.action);
    ASSERT_EQ(without_seat(outcome.mark), without_seat(other.mark));
  }

  [[nodiscard]] bool has_row(const Reading& reading) const {
    return (reading.exact && rows_.contains(*reading.exact)) ||
           (reading.wildcard && rows_.contains(*reading.wildcard));
  }

  void check(const Frame& frame, const Outcome& outcome) const {
    const Reading reading = read_frame(frame, config_.listeners);
    ASSERT_EQ(outcome.frame, frame) << "the packet itself is never changed";
    ASSERT_EQ(!outcome.counted.empty(), reading.guarded) << outcome.counted;
    ASSERT_EQ(outcome.counted.find('+'), std::string::npos) << outcome.counted;
    if (outcome.counted.empty()) {
      ASSERT_EQ(outcome.action, XDP_PASS);
      ASSERT_FALSE(outcome.mark);
      return;
    }
    if (outcome.counted == "bound") {
      ASSERT_TRUE(has_row(reading));
    }
    const bool refused = refuses(outcome.counted);
    const bool drops = refused && config_.mode == Mode::kEnforce;
    ASSERT_EQ(outcome.action, drops ? XDP_DROP : XDP_PASS) << outcome.counted;
    const bool is_bound =
        outcome.mark.value_or(0) >> SIPWARD_MARK_VERDICT_SHIFT == SIPWARD_VERDICT_BOUND;
    ASSERT_EQ(is_bound, outcome.counted == "bound");
  }

  dataplane::GateConfig config_ = test_config();
  std::optional<GateUnderTest> gate_;
  std::optional<GateUnderTest> long_way_;  ///< the same, without the shortcut
  std::set<ims::BindingKey> rows_;
};

std::string hex(const Frame& frame) {
  std::string text;
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (const std::uint8_t octet : frame) {
    text += kDigits[octet >> 4];
    text += kDigits[octet & 15];
  }
  return text;
}

TEST_P(Fuzz, NobodyIsBoundWithoutARowAndNothingElseIsTouched) {
  const std::uint64_t seed = number_from("SIPWARD_SEED", 20'033'203);
  const std::uint64_t frames = number_from("SIPWARD_FUZZ_FRAMES", kFrames);
  Mutator mutator(seed);
  std::uint64_t counted = 0;
  std::set<std::string> reasons;
  for (std::uint64_t i = 0; i < frames; ++i) {
    const Frame frame = mutator.next();
    const Outcome outcome = gate_->run(frame);
    counted += outcome.counted.empty() ? 0 : 1;
    reasons.insert(outcome.counted);
    check(frame, outcome);
    compare(frame, outcome);
    ASSERT_FALSE(HasFatalFailure())
        << "SIPWARD_SEED=" << seed << ", frame " << i << ": " << hex(frame);
  }
  EXPECT_GT(counted, frames / 10) << "the frames miss the gate: the test shows nothing";
  if (frames >= kFrames) {
    EXPECT_TRUE(reasons.contains("bound"));
    EXPECT_GE(reasons.size(), 10U);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Each, Fuzz,
    testing::Values(Case{"enforce", Mode::kEnforce, Fragments::kSource, false},
                    Case{"enforce_tcp_tracked", Mode::kEnforce, Fragments::kTrack, true},
                    Case{"monitor_tcp", Mode::kMonitor, Fragments::kSource, true},
                    Case{"monitor_dropped", Mode::kMonitor, Fragments::kDrop, false}),
    [](const auto& one) { return one.param.name; });

}  // namespace
}  // namespace sipward::test
