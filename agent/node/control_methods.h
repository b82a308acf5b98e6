// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "agent/node/node.h"

namespace sipward::node {

/// The control API: one request, one answer, each a line of JSON.
///
///     {"method": "bindings.list", "params": {"address": "203.0.113.7"}}
///     {"result": {...}}    or    {"error": "no such method: bindings.lost"}
///
/// Methods: status, version, counters, events.recent (after), gate.events (after, address, limit,
/// frames), bindings.list (address, impi, after, limit),
/// bindings.lookup (address: `IP` or `IP:PORT`), bindings.remove (key as bindings.list tells it),
/// address.release (address, port), registrations.list (impi, after, limit).
class ControlMethods {
 public:
  static constexpr std::size_t kPage = 500;  ///< rows of one answer

  ControlMethods(Node& node, std::string description)
      : node_(node),
        description_(std::move(description)),
        started_(std::chrono::steady_clock::now()) {}

  [[nodiscard]] std::string answer(std::string_view line);

 private:
  Node& node_;
  std::string description_;  ///< of the configuration
  sip::Time started_;
};

}  // namespace sipward::node
