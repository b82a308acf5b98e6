// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <toml++/toml.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "agent/ops/config.h"

namespace sipward::ops {

/// What is wrong with one configuration file, by place.
class ConfigProblems {
 public:
  ConfigProblems(const toml::table& root, std::string_view file) : root_(root), file_(file) {}

  /// A problem of the value at this path (`pcscf.listen[0]`), or, when nothing is there, of the
  /// nearest thing around it. The first word about a value is the last.
  void add(const std::string& path, std::string_view text);
  void add_at(const toml::source_region& source, const std::string& path, std::string_view text);

  [[nodiscard]] bool empty() const { return problems_.empty(); }
  /// Whether there is a problem of the value at this path, or of one in the array there.
  [[nodiscard]] bool is_blamed(const std::string& path) const;
  /// In the order of the file, kMaxConfigErrors at most.
  [[nodiscard]] ConfigErrors lines() const;

 private:
  struct Problem {
    toml::source_position place;
    std::string path;
    std::string line;
  };

  const toml::table& root_;
  std::string file_;
  std::vector<Problem> problems_;
};

/// A kind of value that stands in the file as a string: what is expected, and how it is read.
template <class T>
struct Kind {
  std::string_view expected;
  std::optional<T> (*parse)(std::string_view text);
};

struct Range {
  std::uint32_t min = 0;
  std::uint32_t max = 0;
  bool or_zero = false;  ///< 0 is below `min` and means that there is no such thing

  [[nodiscard]] bool holds(std::int64_t number) const;
  [[nodiscard]] std::string text() const;  ///< `0 or an integer from 10 to 840`
};

/// Reads the keys of one section into values. A value that is wrong becomes a problem and leaves
/// what it was to be read into as it is. A key that nobody asked for is a problem too.
class Section {
 public:
  Section(const toml::table& table, std::string name, ConfigProblems& problems)
      : table_(table), name_(std::move(name)), problems_(problems) {}

  void read(std::string_view key, bool& value);
  void read(std::string_view key, std::uint32_t& value, Range range);
  template <class T>
  void read(std::string_view key, T& value, const Kind<T>& kind) {
    if (const auto read = read_one(find(key), path(key), kind)) value = *read;
  }
  template <class T>
  void read(std::string_view key, std::optional<T>& value, const Kind<T>& kind) {
    if (const auto read = read_one(find(key), path(key), kind)) value = *read;
  }
  /// An array of at most `limit` values, no two alike. False: it is not there.
  template <class T>
  bool read(std::string_view key, std::vector<T>& values, const Kind<T>& kind, std::size_t limit);
  /// Tables below this one: `[gate.interface.eth1]`, each with the keys that `read` asks for.
  void each_table(std::string_view key,
                  const std::function<void(const std::string&, Section&)>& read);
  /// A problem of a key (`deny[0]`), or with "" of the whole section.
  void blame(std::string_view key, std::string_view text);
  [[nodiscard]] bool is_blamed(std::string_view key) const {
    return problems_.is_blamed(path(key));
  }

  /// Of a key, from the root of the file: `gate.interface.eth1.deny`.
  [[nodiscard]] std::string path(std::string_view key) const;

  void require(std::initializer_list<std::string_view> keys);
  /// To be called last.
  void refuse_unknown_keys();

 private:
  const toml::node* find(std::string_view key);
  const toml::array* array_of(std::string_view key, std::size_t limit);
  void mistaken(const std::string& path, std::string_view expected, const toml::node& got);
  template <class T>
  std::optional<T> read_one(const toml::node* node, const std::string& path, const Kind<T>& kind);

  const toml::table& table_;
  std::string name_;
  ConfigProblems& problems_;
  std::set<std::string, std::less<>> known_;
};

template <class T>
std::optional<T> Section::read_one(const toml::node* node, const std::string& path,
                                   const Kind<T>& kind) {
  if (node == nullptr) return std::nullopt;
  std::optional<T> value;
  if (const auto* text = node->as_string()) value = kind.parse(text->get());
  if (!value) mistaken(path, kind.expected, *node);
  return value;
}

template <class T>
bool Section::read(std::string_view key, std::vector<T>& values, const Kind<T>& kind,
                   std::size_t limit) {
  const toml::array* array = array_of(key, limit);
  if (array == nullptr) return false;
  for (std::size_t i = 0; i < array->size(); ++i) {
    const std::string place = path(key) + "[" + std::to_string(i) + "]";
    auto value = read_one(array->get(i), place, kind);
    if (!value) continue;
    if (std::find(values.begin(), values.end(), *value) != values.end()) {
      problems_.add_at(array->get(i)->source(), place, "stands twice");
    } else {
      values.push_back(std::move(*value));
    }
  }
  return true;
}

}  // namespace sipward::ops
