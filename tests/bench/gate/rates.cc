// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/gate/rates.h"

#include <cstdio>
#include <stdexcept>

#include "tests/bench/gate/receivers.h"
#include "tests/bench/gate/sources.h"
#include "tests/bench/gate/wire.h"

namespace sipward::bench {

namespace {

void install_each(dataplane::Bindings& bindings, std::span<const ims::KernelRow> rows) {
  for (const ims::KernelRow& row : rows) {
    if (bindings.install(row) != dataplane::InstallStatus::kInstalled) {
      throw std::runtime_error("a row was not installed");
    }
  }
}

}  // namespace

void Rates::run_round() {
  site_.host().run([&] {
    settle();
    measure();
  });
}

void Rates::measure() {
  const std::vector<ims::KernelRow> rows = make_rows(rows_);
  const std::span<const ims::KernelRow> some(rows.data(), rows.size() / 16);
  Gate gate(site_, rows_);
  const Stopwatch one_by_one;
  install_each(gate.bindings(), some);
  const double each = one_by_one.read().count();
  gate.bindings().clear();
  const Stopwatch at_once;
  gate.install_all(rows);
  const double all = at_once.read().count();
  single_.push_back(static_cast<double>(some.size()) / each);
  batch_.push_back(static_cast<double>(rows.size()) / all);
  restore_.push_back(all);
}

void Rates::add_targets(Results& results) const {
  results.add(Target{.name = "seconds to restore " + std::to_string(rows_) + " bindings",
                     .value = median(restore_),
                     .limit = 2,
                     .at_most = true});
}

void Rates::print() const {
  std::printf("\nbindings installed a second: %.0f one by one, %.0f all at once\n", median(single_),
              median(batch_));
}

nlohmann::json Rates::to_json() const {
  return {{"rows", rows_},
          {"install_single_per_second", single_},
          {"install_all_per_second", batch_},
          {"restore_seconds", restore_}};
}

}  // namespace sipward::bench
