// SPDX-License-Identifier: Apache-2.0
#include "agent/ops/ctl_views.h"

#include <fmt/format.h>

#include <cstdint>

#include "agent/ops/table.h"
#include "agent/ops/text.h"

namespace sipward::ops {
namespace {

using Json = nlohmann::json;
constexpr std::size_t kMaxCell = 256;

/// The member as text; `-` when it is not there.
std::string cell(const Json& object, const char* name) {
  const auto it = object.find(name);
  if (it == object.end() || it->is_null()) return "-";
  if (!it->is_string()) return it->dump();
  const auto text = it->get<std::string>();
  return text.empty() ? "-" : escape(text, kMaxCell);
}

std::int64_t number(const Json& object, const char* name) {
  const auto it = object.find(name);
  return it != object.end() && it->is_number_integer() ? it->get<std::int64_t>() : 0;
}

Json array(const Json& object, const char* name) {
  const auto it = object.find(name);
  return it != object.end() && it->is_array() ? *it : Json::array();
}

/// `3725` -> `1h02m05s`.
std::string duration(std::int64_t seconds) {
  if (seconds < 0) return "-" + duration(-seconds);
  if (seconds < 60) return fmt::format("{}s", seconds);
  if (seconds < 3'600) return fmt::format("{}m{:02}s", seconds / 60, seconds % 60);
  return fmt::format("{}h{:02}m{:02}s", seconds / 3'600, seconds / 60 % 60, seconds % 60);
}

std::string words(const Json& list) {
  std::string out;
  for (const Json& word : list) {
    if (!word.is_string()) continue;
    if (!out.empty()) out += ' ';
    out += escape(word.get<std::string>(), kMaxCell);
  }
  return out.empty() ? "-" : out;
}

std::string show_kernel(const Json& row) {
  if (!row.contains("kernel")) return "  kernel:      no gate\n";
  const Json& kernel = row["kernel"];
  if (!kernel.is_object()) {
    return "  kernel:      NO ROW: the gate drops this source; the user must register anew\n";
  }
  const bool agrees = row.value("kernel_agrees", false);
  return fmt::format("  kernel:      binding {}, epoch {}, expires in {}{}\n",
                     cell(kernel, "binding"), cell(kernel, "epoch"),
                     duration(number(kernel, "expires_in")),
                     agrees ? ", as here" : ": DIFFERS FROM THE TABLE");
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
  return out + show_kernel(explained);
}

void add_counters(Table& table, const std::string& group, const Json& values) {
  for (const auto& [name, value] : values.items()) {
    if (!value.is_number_integer() || value == 0) continue;
    table.add({group, escape(name, kMaxCell), value.dump()});
  }
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
  return events.empty() ? out : out + "\nlast decisions:\n" + show_events(events);
}

std::string show_counters(const Json& counters) {
  Table table({"GROUP", "COUNTER", "VALUE"});
  for (const char* group : {"events", "kernel", "node"}) {
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
  return table.empty() ? "all counters are zero\n" : table.text();
}

std::string show_events(const Json& events) {
  Table table({"TIME", "EVENT", "FLOW", "IMPI", "IMPU", "DETAIL"});
  for (const Json& event : events) {
    table.add({cell(event, "at"), cell(event, "event"), cell(event, "flow"), cell(event, "impi"),
               cell(event, "impu"), cell(event, "detail")});
  }
  return table.empty() ? "no events\n" : table.text();
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
