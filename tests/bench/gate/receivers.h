// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "agent/dataplane/bindings.h"
#include "tests/bench/gate/site.h"

namespace sipward::bench {

/// Our gate on a site, as an operator would have it: enforcing, else with its defaults.
class Gate {
 public:
  Gate(const Site& site, std::uint32_t max_bindings);
  ~Gate();
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;

  /// All of them, at once; throws when one is not installed.
  void install_all(std::span<const ims::KernelRow> rows);
  [[nodiscard]] dataplane::Bindings& bindings() { return *bindings_; }
  /// Packets that a counter has ("unbound").
  [[nodiscard]] std::uint64_t counted(std::string_view counter) const;
  /// Kernel memory of the maps that hold bindings and what is looked up to find them, in octets.
  [[nodiscard]] std::uint64_t memory() const;

 private:
  const Site& site_;
  std::string pin_path_;
  std::optional<dataplane::Bindings> bindings_;
};

/// Drops, before connection tracking, what comes to the listener from a source that is not one of
/// the first `rows`: the same rule as the gate's, in the kernel's two other tongues.
void load_nftables(const Site& site, std::uint32_t rows);
void load_ipset(const Site& site, std::uint32_t rows);

}  // namespace sipward::bench
