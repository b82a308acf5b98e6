// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linux/bpf.h>

#include <optional>
#include <string>
#include <string_view>

#include "agent/dataplane/descriptor.h"
#include "sip/result.h"

namespace sipward::dataplane {

/// Where a map of map_names.h is pinned.
[[nodiscard]] std::string map_path(const std::string& pin_path, std::string_view name);
/// The error is a line for the operator, as cannot_open() has it.
[[nodiscard]] sip::Result<Descriptor, std::string> open_map(const std::string& pin_path,
                                                            std::string_view name);
[[nodiscard]] sip::Result<Descriptor, std::string> open_map_to_read(const std::string& pin_path,
                                                                    std::string_view name);
/// What the kernel says of its type and sizes. nullopt: errno is set.
[[nodiscard]] std::optional<bpf_map_info> map_info(int map);

}  // namespace sipward::dataplane
