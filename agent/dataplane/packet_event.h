// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "agent/ims/anchor.h"
#include "agent/ims/gate_event.h"
#include "bpf/abi.h"

namespace sipward::dataplane {

/// A record of the ring `events` as a value. nullopt: it is no event of this ABI version.
[[nodiscard]] std::optional<ims::GateEvent> decode_event(std::span<const std::byte> record);

/// Gives each reason `rate` events for the second that begins; none to packets that pass as they
/// should, which are no news: bound ones, segments of connections, fragments. Tokens that are left
/// do not add up. The gate may take tokens meanwhile.
void fill_event_tokens(sipward_pulse& pulse, std::uint32_t rate);

}  // namespace sipward::dataplane
