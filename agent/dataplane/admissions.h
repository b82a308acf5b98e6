// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "agent/dataplane/descriptor.h"
#include "agent/ims/anchor.h"
#include "sip/flow.h"
#include "sip/result.h"

namespace sipward::dataplane {

/// What the gate noted about the packets it admitted, by seat: a ring that it writes alone.
class Admissions {
 public:
  static sip::Result<Admissions, std::string> open(const std::string& pin_path);

  /// Where the packet of this flow that has the seat in its mark entered. nullopt: somebody else
  /// has taken the seat since.
  [[nodiscard]] std::optional<ims::Anchor> find(std::uint32_t seat, const sip::Flow& flow) const;

 private:
  explicit Admissions(Descriptor map) : map_(std::move(map)) {}

  Descriptor map_;
};

}  // namespace sipward::dataplane
