// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "agent/ims/tag.h"

namespace sipward::dataplane {

/// Reads the mark of a datagram (SO_RCVMARK). nullopt: it did not pass a gate, or the mark is not
/// one that a gate writes.
[[nodiscard]] std::optional<ims::Tag> tag_of(std::uint32_t mark);

}  // namespace sipward::dataplane
