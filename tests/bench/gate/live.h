// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "tests/bench/gate/drain.h"
#include "tests/bench/gate/receivers.h"
#include "tests/bench/gate/results.h"
#include "tests/bench/gate/wire.h"

namespace sipward::bench {

/// How much of everything.
struct Plan {
  std::uint32_t rounds = 7;
  std::uint32_t few_rows = 1'000;
  std::uint32_t many_rows = kMany;
  std::uint32_t slice_frames = 250'000;  ///< of strangers; a round has four slices
  std::uint32_t bursts = 24;             ///< to the socket, in a round
};
[[nodiscard]] Plan make_quick_plan();

/// All receivers with their rules and rows, and the generator that each is wired to.
class LiveBench {
 public:
  explicit LiveBench(const Plan& plan);

  /// Every receiver under every traffic once, in turn.
  void run_round(Results& results);
  void add_targets(Results& results) const;
  [[nodiscard]] double memory_per_binding() const;
  [[nodiscard]] const test::Namespace& generator() const { return generator_; }

 private:
  /// One receiver in one round.
  struct Lane {
    std::string receiver;
    const Site& site;
    const Gate* gate = nullptr;
    std::unique_ptr<Drain> drain = nullptr;
    Seconds time{};     ///< of the wire and the receiver's kernel
    Seconds reading{};  ///< out of the socket
    std::uint64_t packets = 0;

    [[nodiscard]] double rate() const { return static_cast<double>(packets) / time.count(); }
  };

  void check_rules();
  void check_rule(const Site& site);
  Seconds send(const Site& site, const Sources& sources, std::uint32_t count);
  void drop_round(Results& results, Traffic traffic, const Sources& sources);
  void drop(Lane& lane, const Sources& sources);
  void deliver_round(Results& results, Traffic traffic, std::uint32_t ues);
  void deliver(Lane& lane, const Sources& sources, bool counts);
  static void keep(Results& results, Traffic traffic, const Lane& lane);

  Plan plan_;
  std::string few_;
  std::string many_;
  test::Namespace generator_;
  Wire wire_;
  Site bare_drop_{generator_, "drop"};
  Site bare_pass_{generator_, "pass"};
  Site few_site_{generator_, "few"};
  Site many_site_{generator_, "many"};
  Site nftables_{generator_, "nft"};
  Site ipset_{generator_, "ipset"};
  Gate few_gate_;
  Gate many_gate_;
};

}  // namespace sipward::bench
