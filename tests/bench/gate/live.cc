// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/gate/live.h"

#include <fmt/format.h>

#include <bit>
#include <stdexcept>

namespace sipward::bench {

namespace {

constexpr std::uint32_t kWarmUp = 4'096;
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
  return {
      .rounds = 2, .few_rows = 1'000, .many_rows = 1'024, .stranger_frames = 20'000, .bursts = 2};
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

double LiveBench::drop(const Site& site, const Sources& sources) {
  send(site, sources, kWarmUp);
  const std::uint64_t before = site.received();
  const Seconds took = send(site, sources, plan_.stranger_frames);
  return static_cast<double>(site.received() - before) / took.count();
}

double LiveBench::drop(const Site& site, const Gate& gate, const Sources& sources) {
  const std::uint64_t received = site.received();
  const std::uint64_t refused = gate.counted("unbound");
  const double rate = drop(site, sources);
  expect(gate.counted("unbound") - refused == site.received() - received,
         fmt::format("{} of {} packets of strangers were refused as unbound",
                     gate.counted("unbound") - refused, site.received() - received));
  return rate;
}

void LiveBench::drop_round(Results& results, Traffic traffic, const Sources& sources) {
  results.add(kBareDrop, traffic, drop(bare_drop_, sources));
  results.add(few_, traffic, drop(few_site_, few_gate_, sources));
  results.add(many_, traffic, drop(many_site_, many_gate_, sources));
  results.add(kNftables, traffic, drop(nftables_, sources));
  results.add(kIpset, traffic, drop(ipset_, sources));
}

/// Burst after burst; the next one starts when all of the last has been read, so that no socket
/// overflows and both programs are given the same load.
LiveBench::Burst LiveBench::deliver(const Site& site, const Sources& sources, bool tagged) {
  Drain drain(site);
  Burst sum;
  generator_.run([&] {
    settle();
    for (std::uint32_t i = 0; i <= plan_.bursts; ++i) {
      const Seconds path = wire_.send(site.wire_ifindex(), sources, kBurst);
      const Stopwatch reading;
      expect(drain.read_all() == kBurst, "a bound UE's datagram did not reach the socket");
      if (i == 0) continue;  // warms up
      sum.path += path;
      sum.with_reader += path + reading.read();
    }
  });
  const std::uint64_t all = static_cast<std::uint64_t>(plan_.bursts + 1) * kBurst;
  expect(drain.tagged() == (tagged ? all : 0), "a tag is missing, or is there without a gate");
  return sum;
}

void LiveBench::keep(Results& results, Traffic traffic, const std::string& receiver,
                     const Burst& burst) {
  const double datagrams = static_cast<double>(plan_.bursts) * kBurst;
  results.add(receiver, traffic, datagrams / burst.path.count());
  if (traffic == Traffic::kOneUe) {
    results.add(receiver, Traffic::kOneUeAndReader, datagrams / burst.with_reader.count());
  }
}

void LiveBench::deliver_round(Results& results, Traffic traffic, std::uint32_t ues) {
  const Sources sources{.first = kFirstUe, .count = ues};
  keep(results, traffic, kBarePass, deliver(bare_pass_, sources, false));
  if (ues <= plan_.few_rows) {
    keep(results, traffic, few_, deliver(few_site_, sources, true));
  }
  keep(results, traffic, many_, deliver(many_site_, sources, true));
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
