// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/gate/live.h"

#include <fmt/format.h>

#include <bit>
#include <stdexcept>

namespace sipward::bench {

namespace {

constexpr std::uint32_t kSlices = 4;  // of a round
// What a NIC's ring may bring at once; the socket's buffer holds many times as much.
constexpr std::uint32_t kBurst = 4'096;
constexpr std::uint32_t kProbe = 64;

constexpr const char* kNftables = "nftables raw, concat set";
constexpr const char* kIpset = "iptables raw, ipset";

constexpr Sources kOneStranger{.first = kFirstStranger};
constexpr Sources kManyStrangers{.first = kFirstStranger, .count = kMany};
constexpr Sources kOneUe{.first = kFirstUe};

std::string gate_name(std::uint32_t rows) { return fmt::format("gate, {} bindings", rows); }

void expect(bool true_of_all, const std::string& what) {
  if (!true_of_all) throw std::runtime_error(what);
}

}  // namespace

Plan make_quick_plan() {
  return {.rounds = 2, .few_rows = 1'000, .many_rows = 1'024, .slice_frames = 2'000, .bursts = 2};
}

LiveBench::LiveBench(const Plan& plan)
    : plan_(plan),
      few_(gate_name(plan.few_rows)),
      many_(gate_name(plan.many_rows)),
      few_gate_(few_site_, plan.few_rows),
      many_gate_(many_site_, plan.many_rows) {
  bare_drop_.attach_xdp(wire_.drop_all());
  bare_pass_.attach_xdp(wire_.pass_all());
  few_gate_.install_all(make_rows(plan.few_rows));
  many_gate_.install_all(make_rows(plan.many_rows));
  load_nftables(nftables_, plan.many_rows);
  load_ipset(ipset_, plan.many_rows);
  check_rules();
}

Seconds LiveBench::send(const Site& site, const Sources& sources, std::uint32_t count) {
  Seconds took{};
  generator_.run([&] {
    settle();
    took = wire_.send(site.wire_ifindex(), sources, count);
  });
  return took;
}

/// nftables and ipset drop strangers, and nobody else.
void LiveBench::check_rules() {
  check_rule(nftables_);
  check_rule(ipset_);
}

void LiveBench::check_rule(const Site& site) {
  const std::uint64_t none = site.without_socket();
  send(site, kManyStrangers, kProbe);
  const std::uint64_t strangers = site.without_socket();
  send(site, {.first = kFirstUe, .count = std::bit_floor(plan_.many_rows)}, kProbe);
  const std::uint64_t ues = site.without_socket();
  expect(strangers == none && ues == none + kProbe, "a rule does not do what it is compared for");
}

/// In slices, so that a slow moment of the machine meets all lanes alike; each with a quarter more
/// in front that brings the lane's own maps back into the caches.
void LiveBench::drop_round(Results& results, Traffic traffic, const Sources& sources) {
  Lane lanes[] = {{kBareDrop, bare_drop_},
                  {few_, few_site_, &few_gate_},
                  {many_, many_site_, &many_gate_},
                  {kNftables, nftables_},
                  {kIpset, ipset_}};
  for (std::uint32_t slice = 0; slice < kSlices; ++slice) {
    for (Lane& lane : lanes) drop(lane, sources);
  }
  for (const Lane& lane : lanes) results.add(lane.receiver, traffic, lane.rate());
}

void LiveBench::drop(Lane& lane, const Sources& sources) {
  const auto unbound = [&] { return lane.gate == nullptr ? 0 : lane.gate->counted("unbound"); };
  send(lane.site, sources, plan_.slice_frames / 4);
  const std::uint64_t before = lane.site.received();
  const std::uint64_t unbound_before = unbound();
  lane.time += send(lane.site, sources, plan_.slice_frames);
  const std::uint64_t received = lane.site.received() - before;
  lane.packets += received;
  expect(lane.gate == nullptr || unbound() - unbound_before == received,
         "a stranger's packet was not refused as unbound");
}

/// The next burst starts when all of the last has been read, so that no socket overflows and all
/// programs are given the same load.
void LiveBench::deliver_round(Results& results, Traffic traffic, std::uint32_t ues) {
  Lane lanes[] = {
      {kBarePass, bare_pass_}, {few_, few_site_, &few_gate_}, {many_, many_site_, &many_gate_}};
  const std::size_t skipped = ues > plan_.few_rows ? 1 : 3;  // UEs without row at the gate
  for (Lane& lane : lanes) lane.drain = std::make_unique<Drain>(lane.site);
  for (std::uint32_t burst = 0; burst <= plan_.bursts; ++burst) {
    for (std::size_t i = 0; i < std::size(lanes); ++i) {
      if (i != skipped) deliver(lanes[i], {.first = kFirstUe, .count = ues}, burst > 0);
    }
  }
  for (std::size_t i = 0; i < std::size(lanes); ++i) {
    if (i != skipped) keep(results, traffic, lanes[i]);
  }
}

/// One burst; the first one only warms up.
void LiveBench::deliver(Lane& lane, const Sources& sources, bool counts) {
  const std::uint64_t tagged_before = lane.drain->tagged();
  generator_.run([&] {
    settle();
    const Seconds path = wire_.send(lane.site.wire_ifindex(), sources, kBurst);
    const Stopwatch reading;
    expect(lane.drain->read_all() == kBurst, "a bound UE's datagram did not reach the socket");
    if (!counts) return;
    lane.time += path;
    lane.reading += reading.read();
    lane.packets += kBurst;
  });
  const std::uint64_t tagged = lane.drain->tagged() - tagged_before;
  expect(tagged == (lane.gate == nullptr ? 0 : kBurst), "a tag is missing, or without a gate");
}

void LiveBench::keep(Results& results, Traffic traffic, const Lane& lane) {
  results.add(lane.receiver, traffic, lane.rate());
  if (traffic != Traffic::kOneUe) return;
  const Seconds both = lane.time + lane.reading;
  results.add(lane.receiver, Traffic::kOneUeAndReader,
              static_cast<double>(lane.packets) / both.count());
}

void LiveBench::run_round(Results& results) {
  drop_round(results, Traffic::kOneStranger, kOneStranger);
  drop_round(results, Traffic::kManyStrangers, kManyStrangers);
  deliver_round(results, Traffic::kOneUe, kOneUe.count);
  deliver_round(results, Traffic::kManyUes, std::bit_floor(plan_.many_rows));
}

void LiveBench::add_targets(Results& results) const {
  const auto add = [&](double limit, Traffic traffic, const std::string& receiver,
                       const std::vector<std::string>& yardsticks) {
    results.add(Target{.name = fmt::format("{}: {} / {}", traffic_name(traffic), receiver,
                                           yardsticks.size() > 1 ? "better of nftables and ipset"
                                                                 : yardsticks.front()),
                       .value = results.ratio(traffic, receiver, yardsticks),
                       .limit = limit});
  };
  for (const std::string& gate : {few_, many_}) {
    add(0.85, Traffic::kOneStranger, gate, {kBareDrop});
    add(0.70, Traffic::kManyStrangers, gate, {kBareDrop});
    add(0.95, Traffic::kOneUe, gate, {kBarePass});
  }
  add(2.5, Traffic::kOneStranger, many_, {kNftables, kIpset});
  add(2.5, Traffic::kManyStrangers, many_, {kNftables, kIpset});
}

double LiveBench::memory_per_binding() const {
  return static_cast<double>(many_gate_.memory()) / plan_.many_rows;
}

}  // namespace sipward::bench
