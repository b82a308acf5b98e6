// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "agent/dataplane/gate_config.h"
#include "bpf/abi.h"

namespace sipward::dataplane {

/// Keys the hash of sources; new at each attach.
using Seed = std::array<std::uint64_t, 2>;
[[nodiscard]] Seed random_seed();

/// What is wrong with the configuration as such; nullopt: `make_settings` can write it.
[[nodiscard]] std::optional<std::string> find_fault(const GateConfig& config);

/// An interface and its place in the maps.
struct Place {
  std::string interface;
  std::uint32_t slot = 0;
};
/// The constants of the program on one interface. `filter_words` is the loader's, who knows the
/// map.
[[nodiscard]] sipward_settings make_settings(const GateConfig& config, const Place& place,
                                             const Seed& seed);

}  // namespace sipward::dataplane
