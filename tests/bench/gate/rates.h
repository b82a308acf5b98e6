// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "tests/bench/gate/results.h"
#include "tests/bench/gate/site.h"

namespace sipward::bench {

/// How fast rows get into a gate that was attached this moment; one sample a round.
class Rates {
 public:
  Rates(const test::Namespace& generator, std::uint32_t rows)
      : site_(generator, "rates"), rows_(rows) {}

  void run_round();
  void add_targets(Results& results) const;
  void print() const;
  [[nodiscard]] nlohmann::json to_json() const;

 private:
  void measure();

  Site site_;
  std::uint32_t rows_;
  std::vector<double> single_;   ///< rows a second, a system call (or several) each
  std::vector<double> batch_;    ///< rows a second, all at once
  std::vector<double> restore_;  ///< seconds for all rows
};

}  // namespace sipward::bench
