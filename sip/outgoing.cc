// SPDX-License-Identifier: Apache-2.0
#include "sip/outgoing.h"

#include <utility>

#include "sip/writer.h"

namespace sipward::sip {

Outgoing make_outgoing(const Message& message, const Flow& flow) {
  if (flow.transport == Transport::kInternal) return {flow, message.clone()};
  return {flow, write_message(message)};
}

Outgoing make_outgoing(Message&& message, const Flow& flow) {
  if (flow.transport == Transport::kInternal) return {flow, std::move(message)};
  return {flow, write_message(message)};
}

std::string repeatable(const Outgoing& outgoing) {
  const auto* bytes = std::get_if<std::string>(&outgoing.content);
  return bytes == nullptr ? std::string() : *bytes;
}

}  // namespace sipward::sip
