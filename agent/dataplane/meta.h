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
/// Why the pinned maps cannot be used by this program; nullopt: they can, or there are none.
[[nodiscard]] std::optional<std::string> check_abi(const std::string& pin_path);

}  // namespace sipward::dataplane
