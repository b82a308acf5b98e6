// SPDX-License-Identifier: Apache-2.0
#include "agent/ops/event_views.h"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>

#include "agent/ops/json_cells.h"
#include "agent/ops/table.h"

namespace sipward::ops {
namespace {

using Json = nlohmann::json;

/// The daemon has escaped it already. Whatever calls itself the daemon cannot drive the terminal.
std::string escaped_already(const Json& event, const char* name) {
  const auto it = event.find(name);
  if (it == event.end() || !it->is_string()) return {};
  auto text = it->get<std::string>();
  std::ranges::replace_if(
      text, [](char c) { return c < 0x20 || c > 0x7e; }, '?');
  return text;
}

std::string line(std::initializer_list<std::string> cells) {
  constexpr std::size_t kWidths[] = {24, 6, 20, 28, 0};  // few cells are longer
  std::string out;
  std::size_t column = 0;
  for (const std::string& text : cells) {
    out += fmt::format("{:<{}}", text, kWidths[column]);
    if (++column < cells.size()) out += "  ";
  }
  return out + "\n";
}

std::string vlan_of(const Json& event) {
  if (cell(event, "vlan") == "-") return {};
  const std::string inner = cell(event, "inner_vlan");
  return ", VLAN " + cell(event, "vlan") + (inner == "-" ? "" : "." + inner);
}

std::string gate_detail(const Json& event) {
  const std::string head = escaped_already(event, "payload_head");
  return fmt::format("{} at {}{}, MAC {}, hop limit {}, {} octets{}",
                     is_true(event, "dropped") ? "dropped" : "passed", cell(event, "interface"),
                     vlan_of(event), cell(event, "mac"), cell(event, "hop_limit"),
                     cell(event, "length"), head.empty() ? "" : ": " + head);
}

std::string daemon_detail(const Json& event) {
  std::string out;
  for (const char* name : {"impi", "impu", "detail"}) {
    const std::string text = cell(event, name);
    if (text != "-") out += (out.empty() ? "" : " ") + text;
  }
  return out;
}

}  // namespace

std::string event_heading() { return line({"TIME", "WHERE", "EVENT", "SOURCE", "DETAIL"}); }

std::string event_line(const Json& event) {
  const std::string where = cell(event, "where");
  if (where == "gate") {
    return line({cell(event, "at"), where, cell(event, "reason"),
                 cell(event, "proto") + "/" + cell(event, "source"), gate_detail(event)});
  }
  return line(
      {cell(event, "at"), where, cell(event, "event"), cell(event, "flow"), daemon_detail(event)});
}

std::string show_decisions(const Json& events) {
  Table table({"TIME", "EVENT", "FLOW", "IMPI", "IMPU", "DETAIL"});
  for (const Json& event : events) {
    table.add({cell(event, "at"), cell(event, "event"), cell(event, "flow"), cell(event, "impi"),
               cell(event, "impu"), cell(event, "detail")});
  }
  return table.text();
}

std::string show_verdicts(const Json& events) {
  Table table({"TIME", "SOURCE", "TO", "REASON", "VERDICT", "ACTION", "MEANING"});
  for (const Json& event : events) {
    table.add({cell(event, "at"), cell(event, "proto") + "/" + cell(event, "source"),
               cell(event, "target"), cell(event, "reason"), cell(event, "verdict"),
               is_true(event, "dropped") ? "dropped" : "passed", cell(event, "meaning")});
  }
  return table.text();
}

}  // namespace sipward::ops
