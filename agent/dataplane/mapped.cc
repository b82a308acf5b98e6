// SPDX-License-Identifier: Apache-2.0
#include "agent/dataplane/mapped.h"

#include <fmt/format.h>
#include <sys/mman.h>

#include <cerrno>

#include "agent/dataplane/pinned_maps.h"
#include "agent/dataplane/pins.h"

namespace sipward::dataplane {

sip::Result<Mapped, std::string> Mapped::open(const std::string& pin_path, std::string_view name) {
  const auto map = open_map(pin_path, name);
  if (!map) return map.error();
  const std::string path = map_path(pin_path, name);
  const auto info = map_info(map->get());
  if (!info || (info->map_flags & BPF_F_MMAPABLE) == 0) {
    return fmt::format("{} was made by another version: sipward-gate upgrade", path);
  }
  const std::size_t length = std::size_t{info->value_size} * info->max_entries;
  void* start = ::mmap(nullptr, length, PROT_READ | PROT_WRITE, MAP_SHARED, map->get(), 0);
  if (start == MAP_FAILED) return fmt::format("cannot map {}: {}", path, errno_text(errno));
  return Mapped{{static_cast<std::byte*>(start), length}};
}

Mapped::~Mapped() {
  if (!octets_.empty()) ::munmap(octets_.data(), octets_.size());
}

}  // namespace sipward::dataplane
