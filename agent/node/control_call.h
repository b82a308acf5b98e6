// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

#include "agent/node/control_methods.h"
#include "agent/node/node.h"
#include "sip/result.h"

namespace sipward::node {

/// What a method of the control API works with.
struct Call {
  Node& node;
  const nlohmann::json& params;
  const std::string& description;
  sip::Time started;
  sip::Time now;

  [[nodiscard]] std::string text(const char* name) const {
    const auto it = params.find(name);
    return it != params.end() && it->is_string() ? it->get<std::string>() : std::string();
  }
  [[nodiscard]] std::uint64_t number(const char* name) const {
    const auto it = params.find(name);
    return it != params.end() && it->is_number_unsigned() ? it->get<std::uint64_t>() : 0;
  }
  [[nodiscard]] bool flag(const char* name) const {
    const auto it = params.find(name);
    return it != params.end() && it->is_boolean() && it->get<bool>();
  }
  [[nodiscard]] std::size_t limit() const {
    const auto it = params.find("limit");
    if (it == params.end() || !it->is_number_unsigned()) return ControlMethods::kPage;
    return std::clamp<std::size_t>(it->get<std::size_t>(), 1, ControlMethods::kPage);
  }
  /// Tells this daemon from the one that ran before it: sequence numbers are of one run.
  [[nodiscard]] std::string run() const {
    return std::to_string(started.time_since_epoch().count());
  }
};

/// A result, or the text of an error.
using Answer = sip::Result<nlohmann::json, std::string>;

}  // namespace sipward::node
