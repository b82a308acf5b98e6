// SPDX-License-Identifier: Apache-2.0
#include "agent/dataplane/meta.h"

#include <bpf/bpf.h>

#include <cstring>

#include "agent/dataplane/map_names.h"
#include "agent/dataplane/pinned_maps.h"
#include "bpf/abi.h"

namespace sipward::dataplane {

namespace {

constexpr std::uint32_t kOnlyRow = 0;

}  // namespace

std::optional<Meta> read_meta(const std::string& pin_path) {
  const auto map = open_map_to_read(pin_path, kMeta);
  const auto info = map ? map_info(map->get()) : std::nullopt;
  if (!info) return std::nullopt;
  // Every version's row begins with the ABI version; how it goes on is that version's business.
  std::string row(info->value_size, '\0');
  if (row.size() < sizeof(std::uint32_t)) return std::nullopt;
  if (bpf_map_lookup_elem(map->get(), &kOnlyRow, row.data()) != 0) return std::nullopt;
  Meta meta;
  std::memcpy(&meta.abi_version, row.data(), sizeof(meta.abi_version));
  if (meta.abi_version == SIPWARD_ABI_VERSION && row.size() == sizeof(sipward_meta)) {
    const char* text = row.data() + offsetof(sipward_meta, version);
    meta.version.assign(text, ::strnlen(text, sizeof(sipward_meta::version)));
  }
  return meta;
}

bool write_meta(const std::string& pin_path, const std::string& version) {
  const auto map = open_map(pin_path, kMeta);
  if (!map) return false;
  sipward_meta row{};
  row.abi_version = SIPWARD_ABI_VERSION;
  version.copy(row.version, sizeof(row.version) - 1);
  return bpf_map_update_elem(map->get(), &kOnlyRow, &row, BPF_ANY) == 0;
}

bool is_own_abi(const std::string& pin_path) {
  const auto meta = read_meta(pin_path);
  return !meta || meta->abi_version == 0 || meta->abi_version == SIPWARD_ABI_VERSION;
}

}  // namespace sipward::dataplane
