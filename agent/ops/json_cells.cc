// SPDX-License-Identifier: Apache-2.0
#include "agent/ops/json_cells.h"

#include <fmt/format.h>

#include "agent/ops/text.h"

namespace sipward::ops {
namespace {

using Json = nlohmann::json;
constexpr std::size_t kMaxCell = 256;

}  // namespace

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

bool is_true(const Json& object, const char* name) {
  const auto it = object.find(name);
  return it != object.end() && it->is_boolean() && it->get<bool>();
}

Json array(const Json& object, const char* name) {
  const auto it = object.find(name);
  return it != object.end() && it->is_array() ? *it : Json::array();
}

Json object(const Json& from, const char* name) {
  const auto it = from.find(name);
  return it != from.end() && it->is_object() ? *it : Json::object();
}

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

}  // namespace sipward::ops
