// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sipward::ops {

/// What sipwardctl has seen of the two lists of events: asks for what follows, and joins the
/// answers. Nothing comes twice, and what is missing is counted: events that were overwritten
/// before they were read, and those that the gate could not tell. A daemon that has started anew
/// numbers from 1 again: its answers say so by another `run`.
class EventFeed {
 public:
  enum class Where : std::uint8_t { kDaemon, kGate };

  explicit EventFeed(bool frames = false) : frames_(frames) {}

  [[nodiscard]] static std::string_view method(Where where);
  [[nodiscard]] nlohmann::json params(Where where) const;
  /// The answer to `params`. True: there is more, ask again.
  bool take(Where where, const nlohmann::json& answer);

  /// What has come since the last call, in the order of time, each with `where`.
  std::vector<nlohmann::json> drain();
  /// How many events are missing among them.
  std::uint64_t drain_missing(Where where);

 private:
  struct Position {
    std::string run;
    std::uint64_t after = 0;
    std::uint64_t ring_lost = 0;
    std::uint64_t missing = 0;
    bool started = false;
  };
  Position& at(Where where) { return positions_[static_cast<std::size_t>(where)]; }

  bool frames_;
  Position positions_[2];
  std::vector<nlohmann::json> pending_;
};

}  // namespace sipward::ops
