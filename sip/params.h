// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sipward::sip {

/// `;name`, `;name=value` or `;name="value"`. A quoted value is held unescaped, without its quotes;
/// `quoted` says how to write it again.
struct Param {
  std::string name;
  std::optional<std::string> value;
  bool quoted = false;
  bool operator==(const Param&) const = default;
};

/// A value with more parameters than this is refused: each is compared with all before it.
inline constexpr std::size_t kMostParams = 64;

/// Parameters in their order. Names are compared without regard to case (RFC 3261 7.3.1).
class Params {
 public:
  [[nodiscard]] bool has(std::string_view name) const { return find(name) != nullptr; }
  [[nodiscard]] const Param* find(std::string_view name) const;
  /// The value, or nullopt when the parameter is absent or has none.
  [[nodiscard]] std::optional<std::string_view> value(std::string_view name) const;
  void set(std::string_view name, std::optional<std::string> value = std::nullopt,
           bool quoted = false);
  /// True if there was one.
  bool remove(std::string_view name);
  void append(Param param) { params_.push_back(std::move(param)); }

  [[nodiscard]] auto begin() const { return params_.begin(); }
  [[nodiscard]] auto end() const { return params_.end(); }
  [[nodiscard]] std::size_t size() const { return params_.size(); }
  [[nodiscard]] bool empty() const { return params_.empty(); }
  bool operator==(const Params&) const = default;

 private:
  std::vector<Param> params_;
};

/// Appends `;name=value` for each.
void append_params(std::string& out, const Params& params);

}  // namespace sipward::sip
