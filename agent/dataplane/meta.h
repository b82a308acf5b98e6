// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace sipward::dataplane {

/// The one row of the map `meta`.
struct Meta {
  std::uint32_t abi_version = 0;
  std::string version;
};
/// nullopt: there is no such map.
[[nodiscard]] std::optional<Meta> read_meta(const std::string& pin_path);
/// False: errno is set.
bool write_meta(const std::string& pin_path, const std::string& version);
/// Whether the pinned maps are of this program's version, or there are none. A row that was never
/// written is that of a sipward-gate that was killed right after it had made the maps.
[[nodiscard]] bool is_own_abi(const std::string& pin_path);

}  // namespace sipward::dataplane
