// SPDX-License-Identifier: Apache-2.0
#include "agent/node/control_gate.h"

#include <fmt/format.h>

#include <string>

#include "agent/dataplane/reason_words.h"
#include "agent/node/control_json.h"
#include "agent/ops/base64.h"
#include "agent/ops/control.h"
#include "agent/ops/frame_payload.h"
#include "agent/ops/text.h"

namespace sipward::node {
namespace {

using Json = nlohmann::json;
using ops::GateEventLedger;

constexpr std::size_t kPayloadHead = 64;

std::string protocol_name(std::uint8_t protocol) {
  constexpr std::uint8_t kTcp = 6;
  constexpr std::uint8_t kUdp = 17;
  if (protocol == kUdp) return "udp";
  return protocol == kTcp ? "tcp" : std::to_string(protocol);
}

Json vlan_json(std::uint16_t vlan) { return vlan == 0 ? Json(nullptr) : Json(vlan); }

Json event_json(const GateEvents& events, const GateEventLedger::Entry& entry) {
  const ims::GateEvent& event = entry.event;
  return {{"sequence", entry.sequence},
          {"at", wall_text(entry.at)},
          {"unix_ns", unix_ns(entry.at)},
          {"interface", events.interface_name(event.entered.slot)},
          {"verdict", event.verdict},
          {"reason", event.reason},
          {"meaning", event.text},
          {"dropped", event.dropped},
          {"source", event.source.text()},
          {"target", event.target.text()},
          {"proto", protocol_name(event.protocol)},
          {"vlan", vlan_json(event.entered.vlan)},
          {"inner_vlan", vlan_json(event.entered.inner_vlan)},
          {"mac", fmt::format("{:02x}", fmt::join(event.entered.mac, ":"))},
          {"hop_limit", event.entered.hop_limit},
          {"length", event.frame_length},
          {"payload_head", ops::escape(ops::find_payload(event.frame), kPayloadHead)}};
}

}  // namespace

Answer gate_events(const Call& call) {
  const std::string address = call.text("address");
  const auto source = ops::parse_source(address);
  if (!address.empty() && !source) return std::string("address: expected ADDRESS or ADDRESS:PORT");
  const GateEvents& events = call.node.gate_events();
  const GateEventLedger& ledger = events.ledger();
  const auto found =
      ledger.find({.after = call.number("after"), .source = source, .limit = call.limit() + 1});
  Json list = Json::array();
  for (const auto* entry : found) {
    if (list.size() == call.limit()) break;
    Json event = event_json(events, *entry);
    if (call.flag("frames")) event["frame"] = ops::write_base64(entry->event.frame);
    list.push_back(std::move(event));
  }
  return Json{{"events", list},        {"more", found.size() > list.size()},
              {"run", call.run()},     {"first", ledger.first()},
              {"last", ledger.last()}, {"reads", events.has_source()},
              {"lost", events.lost()}};
}

Json gate_events_of(const Node& node, const sip::Endpoint& source) {
  Json list = Json::array();
  for (const auto* entry : node.gate_events().ledger().last_of(source)) {
    list.push_back(event_json(node.gate_events(), *entry));
  }
  return list;
}

Json gate_event_counters(const Node& node) {
  const GateEvents& events = node.gate_events();
  return {{"read", events.ledger().last()}, {"lost", events.lost()}, {"skipped", events.skipped()}};
}

Json reasons_json() {
  Json reasons = Json::object();
  for (const dataplane::ReasonWords& words : dataplane::reason_words()) {
    reasons[std::string(words.name)] = {{"verdict", words.verdict}, {"meaning", words.text}};
  }
  return reasons;
}

}  // namespace sipward::node
