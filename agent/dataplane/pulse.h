// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "agent/dataplane/mapped.h"
#include "bpf/abi.h"
#include "sip/time.h"

namespace sipward::dataplane {

/// The words that the gate, its loader and the daemon share.
class Pulse {
 public:
  static sip::Result<Pulse, std::string> open(const std::string& pin_path);

  /// The daemon is alive. Without this word, fail_mode applies.
  void beat(sip::Time now);
  [[nodiscard]] sipward_pulse& words() const { return words_.as<sipward_pulse>().front(); }
  /// Whoever has these maps open shall open them anew, and write there what it wrote here.
  void supersede();
  /// Other maps have taken the place of those that are open: an upgrade or a new attach.
  [[nodiscard]] bool is_superseded() const;

 private:
  explicit Pulse(Mapped words) : words_(std::move(words)) {}

  Mapped words_;
};

}  // namespace sipward::dataplane
