// SPDX-License-Identifier: Apache-2.0
#include "agent/dataplane/counters.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fmt/format.h>

#include <array>
#include <cerrno>

#include "agent/dataplane/map_names.h"
#include "agent/dataplane/pins.h"
#include "agent/dataplane/slots.h"
#include "bpf/abi.h"

namespace sipward::dataplane {

namespace {

struct Reason {
  std::string_view name;
  std::string_view verdict;
  std::string_view text;
};
constexpr std::array<Reason, SIPWARD_REASON_COUNT> kReasons{{
#define SIPWARD_REASON_TEXT(id, name, class, text) Reason{#name, #class, text},
    SIPWARD_REASONS(SIPWARD_REASON_TEXT)
#undef SIPWARD_REASON_TEXT
}};

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
  const std::string path = fmt::format("{}/{}", pin_path, kCounters);
  const Descriptor map = open_pinned_map_to_read(path);
  if (!map) return cannot_open(path, errno);
  auto slots = read_slots(pin_path);
  if (!slots) return slots.error();
  std::vector<NamedCounter> counters;
  for (std::uint32_t slot = 0; slot < slots->size(); ++slot) {
    const auto& interface = (*slots)[slot];
    if (interface.name.empty()) continue;
    const auto total = sum(map.get(), slot);
    if (!total) return fmt::format("cannot read {}: {}", path, errno_text(errno));
    for (std::size_t i = 0; i < kReasons.size(); ++i) {
      counters.push_back({.interface = interface.name,
                          .name = kReasons[i].name,
                          .verdict = kReasons[i].verdict,
                          .text = kReasons[i].text,
                          .packets = (*total)[i].packets,
                          .bytes = (*total)[i].bytes});
    }
  }
  return counters;
}

}  // namespace sipward::dataplane
