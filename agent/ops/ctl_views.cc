// SPDX-License-Identifier: Apache-2.0
#include "agent/ops/ctl_views.h"

#include <fmt/format.h>

#include <cstdint>

#include "agent/ops/event_views.h"
#include "agent/ops/json_cells.h"
#include "agent/ops/table.h"
#include "agent/ops/text.h"

namespace sipward::ops {
namespace {

using Json = nlohmann::json;
constexpr std::size_t kMaxCell = 256;

bool has_number(const Json& object, const char* name) {
  return object.contains(name) && object[name].is_number_integer();
}

/// What is known about where a row's packets come from; an older daemon does not tell.
std::string show_life(const Json& row) {
  std::string out;
  if (row.contains("anchor")) out += fmt::format("  anchor:      {}\n", cell(row, "anchor"));
  if (has_number(row, "last_seen")) {
    out += fmt::format("  last seen:   {} ago\n", duration(number(row, "last_seen")));
  }
  if (is_true(row, "suspect")) {
    out += "  suspect:     yes: silent for too long, or its address was released\n";
  }
  return out;
}

std::string show_kernel(const Json& row) {
  if (!row.contains("kernel")) return "  kernel:      no gate\n";
  const Json& kernel = row["kernel"];
  if (!kernel.is_object()) {
    return "  kernel:      NO ROW: the gate drops this source; the user must register anew\n";
  }
  std::string more;
  if (kernel.contains("anchor")) more += ", anchor " + cell(kernel, "anchor");
  if (has_number(kernel, "last_seen")) {
    more += fmt::format(", last seen {} ago", duration(number(kernel, "last_seen")));
  }
  if (is_true(kernel, "suspect")) more += ", suspect";
  return fmt::format("  kernel:      binding {}, epoch {}, expires in {}{}{}\n",
                     cell(kernel, "binding"), cell(kernel, "epoch"),
                     duration(number(kernel, "expires_in")), more,
                     is_true(row, "kernel_agrees") ? ", as here" : ": DIFFERS FROM THE TABLE");
}

std::string show_row(const Json& explained) {
  const Json& row = explained.at("row");
  std::string out = fmt::format("{} is bound to {}\n", cell(row, "key"), cell(row, "impi"));
  out += fmt::format("  asserted:    {} (default), may prefer {}\n", words(array(row, "defaults")),
                     words(array(row, "identities")));
  out += fmt::format("  made by:     REGISTER with Call-ID {} from {} (Via {})\n",
                     cell(row, "call_id"), cell(row, "flow"), cell(row, "sent_by"));
  out += fmt::format("  created:     {}, {} ago\n", cell(row, "created"),
                     duration(number(row, "age")));
  out += fmt::format("  expires:     {}, in {}\n", cell(row, "expires"),
                     duration(number(row, "expires_in")));
  out += fmt::format("  binding:     {}, epoch {}\n", cell(row, "binding"), cell(row, "epoch"));
  return out + show_life(row) + show_kernel(explained);
}

void add_counters(Table& table, const std::string& group, const Json& values) {
  for (const auto& [name, value] : values.items()) {
    if (!value.is_number_integer() || value == 0) continue;
    table.add({group, escape(name, kMaxCell), value.dump()});
  }
}

/// `eth1.100.unbound`: the reason is behind the last dot.
std::string show_gate_counters(const Json& counters) {
  Table table({"GATE COUNTER", "PACKETS", "VERDICT", "MEANING"});
  const Json reasons = object(counters, "reasons");
  const Json kernel = object(counters, "kernel");
  for (const auto& [name, value] : kernel.items()) {
    if (!value.is_number_integer() || value == 0) continue;
    const Json reason = object(reasons, name.substr(name.rfind('.') + 1).c_str());
    table.add(
        {escape(name, kMaxCell), value.dump(), cell(reason, "verdict"), cell(reason, "meaning")});
  }
  return table.empty() ? "" : table.text();
}

}  // namespace

std::string show_status(const Json& status) {
  std::string out = fmt::format("sipwardd {} runs since {}, process {}\n", cell(status, "version"),
                                duration(number(status, "uptime")), cell(status, "pid"));
  out += status.value("configuration", std::string());
  out += fmt::format("sockets: {}\n", words(array(status, "sockets")));
  if (status.contains("bindings")) {
    out +=
        fmt::format("bindings: {} of {}\n", cell(status, "bindings"), cell(status, "max_bindings"));
  }
  if (status.contains("registrations")) {
    out += fmt::format("registrations: {}\n", cell(status, "registrations"));
  }
  return out;
}

std::string show_bindings(const Json& bindings) {
  Table table({"KEY", "IMPI", "DEFAULT", "EXPIRES", "BINDING", "EPOCH"});
  for (const Json& row : bindings) {
    table.add({cell(row, "key"), cell(row, "impi"), words(array(row, "defaults")),
               duration(number(row, "expires_in")), cell(row, "binding"), cell(row, "epoch")});
  }
  return table.empty() ? "no bindings\n" : table.text();
}

std::string show_explanation(const Json& lookup) {
  std::string out;
  for (const Json& row : array(lookup, "rows")) {
    if (row.contains("row")) out += show_row(row);
  }
  if (out.empty()) {
    out = fmt::format(
        "{} is not bound: no registration came from there, or it has ended.\n"
        "Only REGISTER, STUN and keep-alives pass; nothing else is asserted.\n",
        cell(lookup, "address"));
  }
  const Json events = array(lookup, "events");
  if (!events.empty()) out += "\nlast decisions:\n" + show_decisions(events);
  const Json verdicts = array(lookup, "gate_events");
  if (verdicts.empty()) return out;
  return out + "\nrecent verdicts of the gate (a sample; `counters` counts all):\n" +
         show_verdicts(verdicts);
}

std::string show_counters(const Json& counters) {
  Table table({"GROUP", "COUNTER", "VALUE"});
  for (const char* group : {"events", "gate_events", "drift", "node"}) {
    if (counters.contains(group)) add_counters(table, group, counters[group]);
  }
  if (counters.contains("transactions")) {
    for (const auto& [role, values] : counters["transactions"].items()) {
      add_counters(table, "transactions " + escape(role, kMaxCell), values);
    }
  }
  for (const Json& socket : array(counters, "sockets")) {
    add_counters(table, cell(socket, "local"), socket);
  }
  const std::string gate = show_gate_counters(counters);
  if (table.empty()) return gate.empty() ? "all counters are zero\n" : gate;
  return gate.empty() ? table.text() : gate + "\n" + table.text();
}

std::string show_registrations(const Json& registrations) {
  Table table({"IMPI", "IDENTITIES", "CONTACT", "PATH", "EXPIRES"});
  for (const Json& registration : registrations) {
    Json impus = Json::array();
    for (const Json& identity : array(registration, "identities")) {
      if (identity.contains("impu")) impus.push_back(identity["impu"]);
    }
    for (const Json& contact : array(registration, "contacts")) {
      table.add({cell(registration, "impi"), words(impus), cell(contact, "uri"),
                 words(array(contact, "path")), duration(number(contact, "expires_in"))});
    }
  }
  return table.empty() ? "no registrations\n" : table.text();
}

}  // namespace sipward::ops
