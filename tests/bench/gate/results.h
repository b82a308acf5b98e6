// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace sipward::bench {

/// What is sent, and what is counted.
enum class Traffic : std::uint8_t {
  kOneStranger,
  kManyStrangers,
  kOneUe,           ///< the path: from the wire into the socket's queue
  kManyUes,         ///< the same, each packet of another bound UE
  kOneUeAndReader,  ///< and out of the queue with recvmmsg, on the same CPU
};
[[nodiscard]] std::string_view traffic_name(Traffic traffic);

/// A receiver under one traffic: packets a second, one sample a round.
struct Series {
  std::string receiver;
  Traffic traffic{};
  std::vector<double> samples;
};

/// A measured value and what the project wants of it.
struct Target {
  std::string name;
  double value = 0;
  double limit = 0;
  bool at_most = false;  ///< else at least

  [[nodiscard]] bool met() const { return at_most ? value <= limit : value >= limit; }
};

[[nodiscard]] double median(std::vector<double> samples);

class Results {
 public:
  void add(const std::string& receiver, Traffic traffic, double sample);
  void add(Target target) { targets_.push_back(std::move(target)); }

  /// The median of the rounds' ratios, so that a slow moment of the machine is on both sides.
  /// Beside several yardsticks: the best of the round.
  [[nodiscard]] double ratio(Traffic traffic, const std::string& receiver,
                             const std::vector<std::string>& yardsticks) const;

  void print() const;
  [[nodiscard]] nlohmann::json to_json() const;

 private:
  [[nodiscard]] const Series* find(const std::string& receiver, Traffic traffic) const;
  [[nodiscard]] const Series& yardstick_of(Traffic traffic) const;

  std::vector<Series> series_;
  std::vector<Target> targets_;
};

// Receivers that others are compared with.
inline constexpr const char* kBareDrop = "bare XDP_DROP";
inline constexpr const char* kBarePass = "bare XDP_PASS";

}  // namespace sipward::bench
