// SPDX-License-Identifier: Apache-2.0
// Random and mutated frames, from a seed: SIPWARD_FUZZ_SEED and SIPWARD_FUZZ_FRAMES choose others.
#include <gtest/gtest.h>
#include <linux/bpf.h>

#include <algorithm>
#include <cstdlib>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "tests/kernel/lab.h"

namespace sipward::test {
namespace {

constexpr std::size_t kLeastFrame = 14;  // BPF_PROG_TEST_RUN takes no less
constexpr std::size_t kMostFrame = 1'500;

std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

std::vector<Frame> seeds() {
  const std::string_view message = "MESSAGE sip:bob@home1.example SIP/2.0\r\n";
  const std::string_view enrol = "REGISTER sip:home1.example SIP/2.0\r\n";
  return {
      from_ue4(message),
      from_ue4(enrol),
      from_ue6(message),
      from_ue6(enrol),
      from_ue4("\r\n\r\n"),
      from_ue4(message).vlan(7).vlan(8),
      from_ue4(message).ipv4_options(12),
      from_ue4(message).fragment(0, true).claim_udp_length(1'400),
      from_ue4("tail").fragment(8, false).without_udp_header(),
      from_ue6(message).extension(0).extension(60, 24).extension(51, 24),
      from_ue6(message).fragment(0, true),
      from_ue4(message).ip(kUe4, "198.51.100.11"),
      from_ue4(message).udp(kUePort, 5061),
      from_ue6(message).ip(kUe6, "2001:db8::11").extension(43, 16),
      from_ue4(message).vlan(7).ip(kUe4, "192.0.2.1"),
  };
}

class Mutator {
 public:
  explicit Mutator(std::uint64_t seed) : random_(seed) {}

  Frame next() {
    static const std::vector<Frame> kSeeds = seeds();
    Frame frame = below(10) == 0 ? noise() : kSeeds[below(kSeeds.size())];
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
    switch (below(6)) {
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
};

bool contains(const Frame& frame, std::string_view address) {
  const auto ip = sip::IpAddress::parse(address).value();
  return !std::ranges::search(frame, ip.bytes()).empty();
}

const std::set<std::string> kAdmissions{"register_admitted", "keepalive_admitted"};

void check(const Frame& frame, const Outcome& outcome) {
  ASSERT_NE(outcome.counted, "bound") << "no row is the source's";
  ASSERT_EQ(outcome.frame, frame);
  ASSERT_TRUE(outcome.action == XDP_PASS || outcome.action == XDP_DROP);
  const bool can_be_guarded = contains(frame, kGate4) || contains(frame, kGate6);
  if (!can_be_guarded && outcome.counted != "vlan_depth") {
    ASSERT_EQ(outcome.counted, "");
  }
  if (outcome.counted.empty()) {
    ASSERT_EQ(outcome.action, XDP_PASS);
    ASSERT_FALSE(outcome.mark);
  } else if (outcome.action == XDP_PASS) {
    const bool admitted = kAdmissions.contains(outcome.counted);
    ASSERT_TRUE(admitted || outcome.counted == "fragment_admitted") << outcome.counted;
    ASSERT_EQ(outcome.mark.has_value(), admitted);
  }
}

TEST(Fuzz, NobodyIsBoundWithoutARowAndNothingElseIsTouched) {
  const std::uint64_t seed = number_from("SIPWARD_FUZZ_SEED", 20'033'203);
  const std::uint64_t frames = number_from("SIPWARD_FUZZ_FRAMES", 100'000);
  GateUnderTest gate(test_config());
  // A table with rows, none of which is the UE's.
  for (const RowOf& other : {RowOf{.ip = "192.0.2.200", .port = 9}, RowOf{.ip = "2001:db8:9::9"}}) {
    ASSERT_EQ(gate.bindings().install(row(other)), dataplane::InstallStatus::kInstalled);
  }
  Mutator mutator(seed);
  std::uint64_t counted = 0;
  for (std::uint64_t i = 0; i < frames; ++i) {
    const Frame frame = mutator.next();
    const Outcome outcome = gate.run(frame);
    counted += outcome.counted.empty() ? 0 : 1;
    check(frame, outcome);
    ASSERT_FALSE(HasFatalFailure()) << "seed " << seed << ", frame " << i;
  }
  EXPECT_GT(counted, frames / 10) << "the frames miss the gate: the test shows nothing";
}

}  // namespace
}  // namespace sipward::test
