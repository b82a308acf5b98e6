// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace sipward::dataplane {

/// Queues of a device, as `ethtool -l` shows them.
struct Channels {
  std::uint32_t tx = 0;  ///< in use, combined ones included
  std::uint32_t max_tx = 0;
};

/// What a driver says of itself; what it does not say stays empty.
struct DriverFacts {
  std::string driver;
  std::optional<Channels> channels;
  bool lro = false;               ///< large receive offload is on
  bool strips_vlan_tags = false;  ///< rxvlan: tags are taken off before XDP sees the frame
};
[[nodiscard]] DriverFacts read_driver(const std::string& interface);

}  // namespace sipward::dataplane
