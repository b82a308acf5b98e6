// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "sip/flow.h"
#include "sip/message.h"

namespace sipward::sip {

/// A message on its way out: bytes for a socket, the value itself for Transport::kInternal.
struct Outgoing {
  Flow flow;
  std::variant<std::string, Message> content;
};
using Outbox = std::vector<Outgoing>;

[[nodiscard]] Outgoing make_outgoing(const Message& message, const Flow& flow);
[[nodiscard]] Outgoing make_outgoing(Message&& message, const Flow& flow);

/// What can be sent again; empty for kInternal, where nothing gets lost.
[[nodiscard]] std::string repeatable(const Outgoing& outgoing);

}  // namespace sipward::sip
