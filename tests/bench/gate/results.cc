// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/gate/results.h"

#include <algorithm>
#include <cstdio>
#include <stdexcept>

namespace sipward::bench {

namespace {

constexpr double kNanoseconds = 1e9;

}  // namespace

std::string_view traffic_name(Traffic traffic) {
  switch (traffic) {
    case Traffic::kOneStranger:
      return "one stranger";
    case Traffic::kManyStrangers:
      return "1 M strangers";
    case Traffic::kOneUe:
      return "one bound UE";
    case Traffic::kManyUes:
      return "all bound UEs";
    case Traffic::kOneUeAndReader:
      return "one bound UE, and reader";
  }
  return "";
}

double median(std::vector<double> samples) {
  if (samples.empty()) return 0;
  std::sort(samples.begin(), samples.end());
  const std::size_t middle = samples.size() / 2;
  if (samples.size() % 2 == 1) return samples[middle];
  return (samples[middle - 1] + samples[middle]) / 2;
}

const Series* Results::find(const std::string& receiver, Traffic traffic) const {
  const auto found = std::find_if(series_.begin(), series_.end(), [&](const Series& one) {
    return one.receiver == receiver && one.traffic == traffic;
  });
  return found == series_.end() ? nullptr : &*found;
}

void Results::add(const std::string& receiver, Traffic traffic, double sample) {
  if (find(receiver, traffic) == nullptr) series_.push_back({receiver, traffic, {}});
  const_cast<Series*>(find(receiver, traffic))->samples.push_back(sample);
}

double Results::ratio(Traffic traffic, const std::string& receiver,
                      const std::vector<std::string>& yardsticks) const {
  const Series* measured = find(receiver, traffic);
  if (measured == nullptr) throw std::logic_error("not measured: " + receiver);
  std::vector<double> ratios;
  for (std::size_t round = 0; round < measured->samples.size(); ++round) {
    double best = 0;
    for (const std::string& name : yardsticks) {
      if (const Series* one = find(name, traffic)) best = std::max(best, one->samples.at(round));
    }
    ratios.push_back(measured->samples[round] / best);
  }
  return median(ratios);
}

const Series& Results::yardstick_of(Traffic traffic) const {
  const Series* drop = find(kBareDrop, traffic);
  return drop != nullptr ? *drop : *find(kBarePass, traffic);
}

void Results::print() const {
  std::printf("%-24s %-30s %8s %8s %8s %8s\n", "traffic", "receiver", "kpps", "ns", "ns more",
              "x bare");
  for (const Series& one : series_) {
    const Series& bare = yardstick_of(one.traffic);
    const double pps = median(one.samples);
    std::printf("%-24s %-30s %8.0f %8.0f %8.0f %8.3f\n", traffic_name(one.traffic).data(),
                one.receiver.c_str(), pps / 1'000, kNanoseconds / pps,
                kNanoseconds / pps - kNanoseconds / median(bare.samples),
                ratio(one.traffic, one.receiver, {bare.receiver}));
  }
  std::printf("\n%-66s %10s %12s  %s\n", "target", "measured", "wanted", "met");
  for (const Target& one : targets_) {
    std::printf("%-66s %10.3f %2s %9.2f  %s\n", one.name.c_str(), one.value,
                one.at_most ? "<=" : ">=", one.limit, one.met() ? "yes" : "NO");
  }
}

nlohmann::json Results::to_json() const {
  nlohmann::json series = nlohmann::json::array();
  for (const Series& one : series_) {
    series.push_back(
        {{"traffic", traffic_name(one.traffic)},
         {"receiver", one.receiver},
         {"packets_per_second", median(one.samples)},
         {"ratio_to_bare", ratio(one.traffic, one.receiver, {yardstick_of(one.traffic).receiver})},
         {"samples", one.samples}});
  }
  nlohmann::json targets = nlohmann::json::array();
  for (const Target& one : targets_) {
    targets.push_back({{"name", one.name},
                       {"value", one.value},
                       {one.at_most ? "at_most" : "at_least", one.limit},
                       {"met", one.met()}});
  }
  return {{"series", series}, {"targets", targets}};
}

}  // namespace sipward::bench
