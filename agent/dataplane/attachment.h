// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/dataplane/gate.h"
#include "agent/dataplane/hook.h"
#include "agent/dataplane/migration.h"
#include "agent/dataplane/program.h"
#include "agent/dataplane/slots.h"
#include "agent/dataplane/undo.h"

namespace sipward::dataplane {

/// One attempt to bring the gate onto some interfaces. Steps in this order; what went before an
/// error is taken back when it goes out of scope:
///
///   prepare: finds, claims slots, loads, fills new maps; changes nothing that runs
///   attach:  exchanges or adds programs, one interface after the other; the new maps take over
///   finish:  clears away what is no longer needed
class Attachment {
 public:
  using Failure = std::optional<std::string>;

  /// `names`: of the configuration's interfaces. `new_folder`: the pin path was made for this.
  Attachment(const GateConfig& config, std::vector<std::string> names, bool new_folder);

  Failure prepare();
  Failure attach();
  Report finish();

 private:
  /// One interface on its way from the configuration to an attached gate.
  struct Gate {
    Interface interface;
    std::uint32_t slot = 0;
    std::optional<Program> program = {};
    XdpAttached xdp = {};
    TagAttached tag = {};
  };

  [[nodiscard]] const std::string& maps() const {
    return migration_ ? migration_->folder() : config_.pin_path;
  }
  [[nodiscard]] LoadRequest request_for(const Gate& gate,
                                        const std::array<std::uint64_t, 2>& seed) const;
  Failure find_interfaces();
  Failure claim_slots();
  Failure check_maps();
  Failure load_programs();
  Failure fill_maps();
  Failure write_rules();
  void keep_other_slots();
  Failure attach_one(Gate& gate);
  Failure pin_program(int program, const std::string& path);
  Failure zero_new_slot(const Gate& gate);
  Failure name_slot(const Gate& gate);
  Failure hook(Gate& gate);
  void detach_others();

  const GateConfig& config_;
  std::vector<std::string> names_;
  std::vector<Gate> gates_;
  Slots slots_;
  std::optional<Migration> migration_;
  Report report_;
  Undo undo_;
};

/// The source rules of the configuration's interfaces, by their slots, into the maps of a folder.
/// What is doubtful about them; the error is one line.
sip::Result<std::vector<std::string>, std::string> write_rules_of(const GateConfig& config,
                                                                  const Slots& slots,
                                                                  const std::string& maps);

}  // namespace sipward::dataplane
