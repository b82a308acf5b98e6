// SPDX-License-Identifier: Apache-2.0
#include "agent/dataplane/pinned_maps.h"

#include <bpf/bpf.h>
#include <fmt/format.h>

#include <cerrno>

#include "agent/dataplane/pins.h"

namespace sipward::dataplane {

namespace {

sip::Result<Descriptor, std::string> open_with(Descriptor (*open)(const std::string& path),
                                               const std::string& path) {
  Descriptor map = open(path);
  if (!map) return cannot_open(path, errno);
  return map;
}

}  // namespace

std::string map_path(const std::string& pin_path, std::string_view name) {
  return fmt::format("{}/{}", pin_path, name);
}

sip::Result<Descriptor, std::string> open_map(const std::string& pin_path, std::string_view name) {
  return open_with(open_pinned, map_path(pin_path, name));
}

sip::Result<Descriptor, std::string> open_map_to_read(const std::string& pin_path,
                                                      std::string_view name) {
  return open_with(open_pinned_map_to_read, map_path(pin_path, name));
}

std::optional<bpf_map_info> map_info(int map) {
  bpf_map_info info{};
  __u32 size = sizeof(info);
  if (bpf_obj_get_info_by_fd(map, &info, &size) != 0) return std::nullopt;
  return info;
}

}  // namespace sipward::dataplane
