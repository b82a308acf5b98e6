// SPDX-License-Identifier: Apache-2.0
#include "agent/dataplane/slots.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

#include "agent/dataplane/map_names.h"
#include "agent/dataplane/pinned_maps.h"
#include "agent/dataplane/pins.h"

namespace sipward::dataplane {

sip::Result<Slots, std::string> read_slots(const std::string& pin_path) {
  const auto map = open_map_to_read(pin_path, kInterfaces);
  if (!map) return map.error();
  Slots slots;
  for (std::uint32_t i = 0; i < slots.size(); ++i) {
    sipward_interface row{};
    if (bpf_map_lookup_elem(map->get(), &i, &row) != 0) {
      return fmt::format("cannot read {}: {}", map_path(pin_path, kInterfaces), errno_text(errno));
    }
    slots[i] = {.name = std::string(row.name, ::strnlen(row.name, sizeof(row.name))),
                .ifindex = row.ifindex,
                .enforce = row.enforce != 0,
                .made_clsact = row.made_clsact != 0};
  }
  return slots;
}

std::optional<std::uint32_t> find_slot(const Slots& slots, const std::string& name) {
  const auto by_name = [&](const std::string& wanted) {
    return std::ranges::find(slots, wanted, &Slot::name);
  };
  auto found = by_name(name);
  if (found == slots.end()) found = by_name("");
  if (found == slots.end()) return std::nullopt;
  return static_cast<std::uint32_t>(found - slots.begin());
}

bool write_slot(const std::string& pin_path, std::uint32_t slot, const Slot& value) {
  const auto map = open_map(pin_path, kInterfaces);
  if (!map) return false;
  sipward_interface row{};
  row.ifindex = value.ifindex;
  row.enforce = value.enforce ? 1 : 0;
  row.made_clsact = value.made_clsact ? 1 : 0;
  value.name.copy(row.name, sizeof(row.name) - 1);
  return bpf_map_update_elem(map->get(), &slot, &row, BPF_ANY) == 0;
}

bool zero_counters(const std::string& pin_path, std::uint32_t slot) {
  const auto map = open_map(pin_path, kCounters);
  const int cpus = libbpf_num_possible_cpus();
  if (!map || cpus < 1) return false;
  const std::vector<sipward_counters> zeros(static_cast<std::size_t>(cpus));
  return bpf_map_update_elem(map->get(), &slot, zeros.data(), BPF_ANY) == 0;
}

}  // namespace sipward::dataplane
