// SPDX-License-Identifier: Apache-2.0
#include "agent/dataplane/mapped.h"

#include <bpf/bpf.h>
#include <fmt/format.h>
#include <sys/mman.h>

#include <cerrno>

#include "agent/dataplane/pins.h"

namespace sipward::dataplane {

sip::Result<Mapped, std::string> Mapped::open(const std::string& path) {
  const Descriptor map = open_pinned(path);
  if (!map) return cannot_open(path, errno);
  bpf_map_info info{};
  __u32 size = sizeof(info);
  if (bpf_obj_get_info_by_fd(map.get(), &info, &size) != 0 ||
      (info.map_flags & BPF_F_MMAPABLE) == 0) {
    return fmt::format("{} was made by another version: sipward-gate upgrade", path);
  }
  const std::size_t length = std::size_t{info.value_size} * info.max_entries;
  void* start = ::mmap(nullptr, length, PROT_READ | PROT_WRITE, MAP_SHARED, map.get(), 0);
  if (start == MAP_FAILED) return fmt::format("cannot map {}: {}", path, errno_text(errno));
  return Mapped{{static_cast<std::byte*>(start), length}};
}

Mapped::~Mapped() {
  if (!octets_.empty()) ::munmap(octets_.data(), octets_.size());
}

}  // namespace sipward::dataplane
