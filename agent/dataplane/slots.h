// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "bpf/abi.h"
#include "sip/result.h"

namespace sipward::dataplane {

/// One row of the map `interfaces`: whose counters the slot holds. Free when the name is empty.
struct Slot {
  std::string name;
  std::uint32_t ifindex = 0;
  bool enforce = false;
  bool made_clsact = false;  ///< the clsact qdisc was made for our tag program
};
using Slots = std::array<Slot, SIPWARD_MAX_INTERFACES>;

sip::Result<Slots, std::string> read_slots(const std::string& pin_path);
/// The slot of the interface, else a free one; nullopt when all are taken.
[[nodiscard]] std::optional<std::uint32_t> find_slot(const Slots& slots, const std::string& name);
/// False: errno is set.
bool write_slot(const std::string& pin_path, std::uint32_t slot, const Slot& value);
/// Counters of a slot start at zero when another interface takes it.
bool zero_counters(const std::string& pin_path, std::uint32_t slot);

}  // namespace sipward::dataplane
