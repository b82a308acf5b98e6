// SPDX-License-Identifier: Apache-2.0
#include "agent/dataplane/meta.h"

#include <bpf/bpf.h>
#include <fmt/format.h>

#include <cstring>

#include "agent/dataplane/map_names.h"
#include "agent/dataplane/pins.h"
#include "bpf/abi.h"

namespace sipward::dataplane {

namespace {

constexpr std::uint32_t kOnlyRow = 0;

std::string path_of(const std::string& pin_path) { return fmt::format("{}/{}", pin_path, kMeta); }

}  // namespace

std::optional<Meta> read_meta(const std::string& pin_path) {
  const Descriptor map = open_pinned_map_to_read(path_of(pin_path));
  if (!map) return std::nullopt;
  bpf_map_info info{};
  __u32 size = sizeof(info);
  if (bpf_obj_get_info_by_fd(map.get(), &info, &size) != 0) return std::nullopt;
  // Every version's row begins with the ABI version; how it goes on is that version's business.
  std::string row(info.value_size, '\0');
  if (row.size() < sizeof(std::uint32_t)) return std::nullopt;
  if (bpf_map_lookup_elem(map.get(), &kOnlyRow, row.data()) != 0) return std::nullopt;
  Meta meta;
  std::memcpy(&meta.abi_version, row.data(), sizeof(meta.abi_version));
  if (meta.abi_version == SIPWARD_ABI_VERSION && row.size() == sizeof(sipward_meta)) {
    const char* text = row.data() + offsetof(sipward_meta, version);
    meta.version.assign(text, ::strnlen(text, sizeof(sipward_meta::version)));
  }
  return meta;
}

bool write_meta(const std::string& pin_path, const std::string& version) {
  const Descriptor map = open_pinned(path_of(pin_path));
  if (!map) return false;
  sipward_meta row{};
  row.abi_version = SIPWARD_ABI_VERSION;
  version.copy(row.version, sizeof(row.version) - 1);
  return bpf_map_update_elem(map.get(), &kOnlyRow, &row, BPF_ANY) == 0;
}

bool is_own_abi(const std::string& pin_path) {
  const auto meta = read_meta(pin_path);
  return !meta || meta->abi_version == 0 || meta->abi_version == SIPWARD_ABI_VERSION;
}

}  // namespace sipward::dataplane
