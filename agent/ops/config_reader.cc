// SPDX-License-Identifier: Apache-2.0
#include "agent/ops/config_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <utility>

#include "agent/ops/text.h"

namespace sipward::ops {
namespace {

constexpr std::size_t kShownLength = 60;
constexpr std::size_t kTypingSlips = 2;

std::string show(const toml::node& node) {
  if (const auto* text = node.as_string()) return quote(text->get(), kShownLength);
  if (const auto* number = node.as_integer()) return fmt::format("{}", number->get());
  if (const auto* flag = node.as_boolean()) return flag->get() ? "true" : "false";
  if (node.is_array()) return "an array";
  if (node.is_table()) return "a table";
  return "a value of another type";
}

/// `pcscf.listen[0]` -> `pcscf.listen` -> `pcscf` -> ``.
std::string parent_of(const std::string& path) {
  const auto cut = path.find_last_of(".[");
  return cut == std::string::npos ? std::string() : path.substr(0, cut);
}

/// Levenshtein's distance: how many letters were mistyped.
std::size_t slips(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), 0U);
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t change = diagonal + (a[i] == b[j] ? 0U : 1U);
      diagonal = row[j + 1];
      row[j + 1] = std::min({change, diagonal + 1, row[j] + 1});
    }
  }
  return row.back();
}

bool is_slip_of(std::string_view typed, std::string_view known) {
  return typed.size() <= known.size() + kTypingSlips && slips(typed, known) <= kTypingSlips;
}

}  // namespace

void ConfigProblems::add(const std::string& path, std::string_view text) {
  std::string place = path;
  auto node = toml::at_path(root_, place);
  while (!node && !place.empty()) {
    place = parent_of(place);
    if (!place.empty()) node = toml::at_path(root_, place);
  }
  add_at(node ? node.node()->source() : root_.source(), path, text);
}

void ConfigProblems::add_at(const toml::source_region& source, const std::string& path,
                            std::string_view text) {
  if (is_blamed(path)) return;
  const auto& at = source.begin;
  const std::string key = path.empty() ? std::string() : fmt::format("key '{}': ", path);
  problems_.push_back({.place = at,
                       .path = path,
                       .line = fmt::format("{}:{}:{}: {}{}", file_, std::max(at.line, 1U),
                                           std::max(at.column, 1U), key, text)});
}

bool ConfigProblems::is_blamed(const std::string& path) const {
  return std::any_of(problems_.begin(), problems_.end(), [&](const Problem& problem) {
    return problem.path == path || problem.path.starts_with(path + "[");
  });
}

ConfigErrors ConfigProblems::lines() const {
  std::vector<Problem> sorted = problems_;
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const Problem& a, const Problem& b) { return a.place < b.place; });
  if (sorted.size() > kMaxConfigErrors) sorted.resize(kMaxConfigErrors);
  ConfigErrors lines;
  for (Problem& problem : sorted) lines.push_back(std::move(problem.line));
  return lines;
}

bool Range::holds(std::int64_t number) const {
  return (number >= min && number <= max) || (or_zero && number == 0);
}

std::string Range::text() const {
  return fmt::format("{}an integer from {} to {}", or_zero ? "0 or " : "", min, max);
}

const toml::node* Section::find(std::string_view key) {
  known_.emplace(key);
  return table_.get(key);
}

std::string Section::path(std::string_view key) const { return fmt::format("{}.{}", name_, key); }

void Section::mistaken(const std::string& path, std::string_view expected, const toml::node& got) {
  problems_.add_at(got.source(), path, fmt::format("expected {}, got {}", expected, show(got)));
}

void Section::read(std::string_view key, bool& value) {
  const toml::node* node = find(key);
  if (node == nullptr) return;
  if (const auto* flag = node->as_boolean()) {
    value = flag->get();
  } else {
    mistaken(path(key), "true or false", *node);
  }
}

void Section::read(std::string_view key, std::uint32_t& value, Range range) {
  const toml::node* node = find(key);
  if (node == nullptr) return;
  const auto* number = node->as_integer();
  if (number != nullptr && range.holds(number->get())) {
    value = static_cast<std::uint32_t>(number->get());
  } else {
    mistaken(path(key), range.text(), *node);
  }
}

const toml::array* Section::array_of(std::string_view key, std::size_t limit) {
  const toml::node* node = find(key);
  if (node == nullptr) return nullptr;
  const toml::array* array = node->as_array();
  if (array == nullptr) {
    mistaken(path(key), "an array of strings", *node);
  } else if (array->size() > limit) {
    problems_.add_at(array->source(), path(key),
                     fmt::format("{} values, at most {} are possible", array->size(), limit));
    return nullptr;
  }
  return array;
}

void Section::each_table(std::string_view key,
                         const std::function<void(const std::string&, Section&)>& read) {
  const toml::node* node = find(key);
  if (node == nullptr) return;
  const toml::table* tables = node->as_table();
  if (tables == nullptr) return mistaken(path(key), "a table for each name", *node);
  for (const auto& [name, inner] : *tables) {
    const std::string place = path(key) + "." + escape(name.str(), kShownLength);
    if (const toml::table* table = inner.as_table()) {
      Section section(*table, place, problems_);
      read(std::string(name.str()), section);
      section.refuse_unknown_keys();
    } else {
      problems_.add_at(name.source(), place, "expected a table");
    }
  }
}

void Section::blame(std::string_view key, std::string_view text) {
  // Looked up from here: the name of an interface may hold a dot, which a path cannot tell apart.
  const auto node = toml::at_path(table_, key);
  const bool is_there = !key.empty() && node;
  problems_.add_at(is_there ? node.node()->source() : table_.source(),
                   key.empty() ? name_ : path(key), text);
}

void Section::require(std::initializer_list<std::string_view> keys) {
  for (const std::string_view key : keys) {
    const toml::node* node = find(key);
    const bool bare = node != nullptr && node->is_array() && node->as_array()->empty();
    if (node == nullptr) blame(key, "required, but not there");
    if (bare) blame(key, "required, but empty");
  }
}

void Section::refuse_unknown_keys() {
  for (const auto& [key, node] : table_) {
    if (known_.contains(key.str())) continue;
    std::string text = "unknown key";
    const auto meant = std::find_if(known_.begin(), known_.end(), [&](const std::string& known) {
      return is_slip_of(key.str(), known);
    });
    if (meant != known_.end()) text += fmt::format("; did you mean '{}'?", *meant);
    problems_.add_at(key.source(), name_ + "." + escape(key.str(), kShownLength), text);
  }
}

}  // namespace sipward::ops
