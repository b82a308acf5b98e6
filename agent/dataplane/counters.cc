// SPDX-License-Identifier: Apache-2.0
#include "agent/dataplane/counters.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fmt/format.h>

#include <array>
#include <cerrno>

#include "agent/dataplane/map_names.h"
#include "agent/dataplane/pinned_maps.h"
#include "agent/dataplane/pins.h"
#include "agent/dataplane/reason_words.h"
#include "agent/dataplane/slots.h"
#include "bpf/abi.h"

namespace sipward::dataplane {

namespace {

using PerReason = std::array<sipward_count, SIPWARD_REASON_COUNT>;
static_assert(sizeof(PerReason) == sizeof(sipward_counters));

/// All CPUs together. nullopt: errno says why.
std::optional<PerReason> sum(int map, std::uint32_t slot) {
  const int cpus = libbpf_num_possible_cpus();
  if (cpus < 1) return std::nullopt;
  std::vector<PerReason> values(static_cast<std::size_t>(cpus));
  if (bpf_map_lookup_elem(map, &slot, values.data()) != 0) return std::nullopt;
  PerReason total{};
  for (const PerReason& value : values) {
    for (std::size_t i = 0; i < value.size(); ++i) {
      total[i].packets += value[i].packets;
      total[i].bytes += value[i].bytes;
    }
  }
  return total;
}

}  // namespace

sip::Result<std::vector<NamedCounter>, std::string> read_counters(const std::string& pin_path) {
  const auto map = open_map_to_read(pin_path, kCounters);
  if (!map) return map.error();
  auto slots = read_slots(pin_path);
  if (!slots) return slots.error();
  std::vector<NamedCounter> counters;
  for (std::uint32_t slot = 0; slot < slots->size(); ++slot) {
    const auto& interface = (*slots)[slot];
    if (interface.name.empty()) continue;
    const auto total = sum(map->get(), slot);
    if (!total) {
      return fmt::format("cannot read {}: {}", map_path(pin_path, kCounters), errno_text(errno));
    }
    for (std::size_t i = 0; i < total->size(); ++i) {
      const ReasonWords& words = reason_words()[i];
      counters.push_back({.interface = interface.name,
                          .name = words.name,
                          .verdict = words.verdict,
                          .text = words.text,
                          .packets = (*total)[i].packets,
                          .bytes = (*total)[i].bytes});
    }
  }
  return counters;
}

}  // namespace sipward::dataplane
