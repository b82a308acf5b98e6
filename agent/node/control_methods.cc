// SPDX-License-Identifier: Apache-2.0
#include "agent/node/control_methods.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>
#include <vector>

#include "agent/node/control_call.h"
#include "agent/node/control_gate.h"
#include "agent/node/control_json.h"
#include "agent/node/control_rows.h"
#include "agent/ops/control.h"
#include "agent/ops/text.h"
#include "agent/ops/version.h"

namespace sipward::node {
namespace {

using Json = nlohmann::json;

Answer no_pcscf() { return std::string("this node has no P-CSCF role"); }

Json socket_json(const net::UdpSocket& socket) {
  const net::UdpSocket::Counters& counters = socket.counters();
  return {{"local", socket.local().text()},
          {"received", counters.received},
          {"sent", counters.sent},
          {"dropped_by_kernel", counters.dropped_by_kernel},
          {"dropped_queue_full", counters.dropped_queue_full},
          {"dropped_unsendable", counters.dropped_unsendable},
          {"receive_errors", counters.receive_errors}};
}

Answer version(const Call& /*call*/) { return Json{{"version", ops::kVersion}}; }

Answer status(const Call& call) {
  const auto up = std::chrono::duration_cast<std::chrono::seconds>(call.now - call.started);
  Json listeners = Json::array();
  for (const auto& socket : call.node.sockets()) listeners.push_back(socket->local().text());
  Json result{{"version", ops::kVersion},
              {"pid", getpid()},
              {"uptime", up.count()},
              {"configuration", call.description},
              {"sockets", listeners},
              {"gate", call.node.bindings().is_enforced() ? "maps open" : "none"}};
  if (const auto* pcscf = call.node.pcscf()) {
    result["bindings"] = pcscf->bindings().size();
    result["max_bindings"] = pcscf->bindings().capacity();
  }
  if (const auto* scscf = call.node.scscf()) {
    result["registrations"] = scscf->registrations().size();
  }
  return result;
}

Json transactions_json(const sip::Transactions& transactions) {
  const sip::Transactions::Counters& counters = transactions.counters();
  return {{"server", transactions.server_count()},
          {"client", transactions.client_count()},
          {"retransmissions_absorbed", counters.retransmissions_absorbed},
          {"retransmissions_sent", counters.retransmissions_sent},
          {"stray_responses", counters.stray_responses},
          {"refused_full", counters.refused_full},
          {"client_timeouts", counters.client_timeouts}};
}

Json transactions_of(const Node& node) {
  Json out = Json::object();
  if (const auto* pcscf = node.pcscf()) {
    const auto [from_ue, to_ue] = pcscf->transactions();
    out["pcscf_from_ue"] = transactions_json(*from_ue);
    out["pcscf_to_ue"] = transactions_json(*to_ue);
  }
  if (const auto* scscf = node.scscf()) out["scscf"] = transactions_json(scscf->transactions());
  return out;
}

Answer counters(const Call& call) {
  Json events = Json::object();
  for (std::size_t i = 0; i < ims::kEventKinds; ++i) {
    const auto kind = static_cast<ims::EventKind>(i);
    events[std::string(ims::event_name(kind))] = call.node.ledger().count(kind);
  }
  Json kernel = Json::object();
  for (const auto& [name, value] : call.node.bindings().counters()) kernel[name] = value;
  Json sockets = Json::array();
  for (const auto& socket : call.node.sockets()) sockets.push_back(socket_json(*socket));
  const Node::Counters& node = call.node.counters();
  return Json{{"events", events},
              {"kernel", kernel},
              {"reasons", reasons_json()},
              {"gate_events", gate_event_counters(call.node)},
              {"transactions", transactions_of(call.node)},
              {"sockets", sockets},
              {"drift", to_json(node.drift)},
              {"node",
               {{"internal_dropped", node.internal_dropped},
                {"no_socket", node.no_socket},
                {"seats_lost", node.seats_lost}}}};
}

Answer recent_events(const Call& call) {
  const ops::EventLedger& ledger = call.node.ledger();
  const std::uint64_t after = call.number("after");
  Json list = Json::array();
  for (const auto& entry : ledger.recent()) {
    if (entry.sequence > after) list.push_back(to_json(entry));
  }
  return Json{
      {"events", list}, {"run", call.run()}, {"first", ledger.first()}, {"last", ledger.last()}};
}

/// One page of a list in the order of its keys: the first `limit` behind `after`.
template <class Row, class Less>
std::vector<const Row*> page(std::vector<const Row*> rows, std::size_t limit, Less less) {
  const std::size_t count = std::min(limit, rows.size());
  std::partial_sort(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(count), rows.end(),
                    less);
  rows.resize(count);
  return rows;
}

Answer list_bindings(const Call& call) {
  const auto* pcscf = call.node.pcscf();
  if (pcscf == nullptr) return no_pcscf();
  const std::string address = call.text("address");
  const std::string impi = call.text("impi");
  const auto ip = sip::IpAddress::parse(address);
  const auto after = ops::parse_binding_key(call.text("after"));
  if (!address.empty() && !ip) return std::string("address: not an IP address");
  std::vector<const pcscf::FlowBinding*> rows;
  for (const auto& [key, row] : pcscf->bindings()) {
    const bool wanted = (!ip || key.ip == *ip) && (impi.empty() || row.impi.text == impi) &&
                        (!after || *after < key);
    if (wanted) rows.push_back(&row);
  }
  const std::size_t total = rows.size();
  Json list = Json::array();
  for (const auto* row : page(std::move(rows), call.limit(),
                              [](const auto*a, const auto*b) { return a->key < b->key; })) {
    list.push_back(to_json(*row, call.now));
  }
  return Json{{"bindings", list}, {"more", total > list.size()}};
}

Json explain(const Call& call, const pcscf::FlowBinding& row) {
  Json result{{"row", to_json(row, call.now)}, {"live", row.expires > call.now}};
  if (!call.node.bindings().is_enforced()) return result;
  const auto kernel = call.node.bindings().find(row.key);
  result["kernel"] = kernel ? to_json(*kernel, call.now) : Json(nullptr);
  result["kernel_agrees"] = kernel && agree(row, *kernel);
  return result;
}

/// The last decisions about packets of this source.
Json events_of(const Call& call, const sip::Endpoint& source) {
  constexpr std::size_t kShown = 10;
  std::vector<const ops::EventLedger::Entry*> found;
  for (const auto& entry : call.node.ledger().recent()) {
    const sip::Endpoint& remote = entry.event.flow.remote;
    if (remote.ip != source.ip) continue;
    if (source.port == 0 || source.port == remote.port) found.push_back(&entry);
  }
  Json list = Json::array();
  for (std::size_t i = found.size() - std::min(found.size(), kShown); i < found.size(); ++i) {
    list.push_back(to_json(*found[i]));
  }
  return list;
}

/// What would decide about a packet of this source, and why.
Answer look_up_binding(const Call& call) {
  const auto* pcscf = call.node.pcscf();
  if (pcscf == nullptr) return no_pcscf();
  const auto source = ops::parse_source(call.text("address"));
  if (!source) return std::string("address: expected ADDRESS or ADDRESS:PORT");
  Json rows = Json::array();
  for (const auto& [key, row] : pcscf->bindings()) {
    const bool matches = key.ip == source->ip &&
                         (source->port == 0 || key.is_wildcard() || key.port == source->port);
    if (matches && rows.size() < ControlMethods::kPage) rows.push_back(explain(call, row));
  }
  return Json{{"address", source->port == 0 ? source->ip.text() : source->text()},
              {"gate", call.node.bindings().is_enforced()},
              {"rows", rows},
              {"events", events_of(call, *source)},
              {"gate_events", gate_events_of(call.node, *source)}};
}

Answer remove_binding(const Call& call) {
  const auto key = ops::parse_binding_key(call.text("key"));
  if (!key) return std::string("key: expected `udp ADDRESS:PORT` or `any ADDRESS`");
  if (!call.node.remove_binding(*key)) return std::string("no row with this key");
  return Json{{"removed", key->text()}};
}

Answer list_registrations(const Call& call) {
  const auto* scscf = call.node.scscf();
  if (scscf == nullptr) return std::string("this node has no S-CSCF role");
  const std::string impi = call.text("impi");
  const std::string after = call.text("after");
  Json list = Json::array();
  std::string last;
  bool more = false;
  for (const auto& [key, registration] : scscf->registrations()) {
    const std::string& user = registration.impi.text;
    if (!impi.empty() && user != impi) continue;
    if (!after.empty() && user <= after) continue;
    more = list.size() >= call.limit() && user != last;  // a page ends between two users
    if (more) break;
    list.push_back(to_json(registration, call.now));
    last = user;
  }
  return Json{{"registrations", list}, {"more", more}};
}

Answer reconcile(const Call& call) { return reconcile_bindings(call.node); }
Answer release(const Call& call) { return release_address(call.node, call.params); }

struct Method {
  std::string_view name;
  Answer (*run)(const Call& call);
};
constexpr std::array<Method, 11> kMethods{{{"version", version},
                                           {"status", status},
                                           {"counters", counters},
                                           {"events.recent", recent_events},
                                           {"gate.events", gate_events},
                                           {"bindings.list", list_bindings},
                                           {"bindings.lookup", look_up_binding},
                                           {"bindings.remove", remove_binding},
                                           {"bindings.reconcile", reconcile},
                                           {"address.release", release},
                                           {"registrations.list", list_registrations}}};

std::string refuse(const std::string& text) { return ops::write_line({{"error", text}}); }

}  // namespace

std::string ControlMethods::answer(std::string_view line) {
  const Json request = Json::parse(line, nullptr, false);
  if (!request.is_object() || !request.contains("method") || !request["method"].is_string()) {
    return refuse(R"(not a request: {"method": "...", "params": {...}} is expected)");
  }
  const auto name = request["method"].get<std::string>();
  const auto method = std::find_if(kMethods.begin(), kMethods.end(),
                                   [&](const Method& one) { return one.name == name; });
  if (method == kMethods.end()) {
    constexpr std::size_t kShown = 60;
    return refuse("no such method: " + ops::escape(name, kShown));
  }
  const Json none = Json::object();
  const bool has_params = request.contains("params") && request["params"].is_object();
  const Answer answer = method->run({.node = node_,
                                     .params = has_params ? request["params"] : none,
                                     .description = description_,
                                     .started = started_,
                                     .now = std::chrono::steady_clock::now()});
  return answer ? ops::write_line({{"result", *answer}}) : refuse(answer.error());
}

}  // namespace sipward::node
