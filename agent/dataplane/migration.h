// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agent/dataplane/descriptor.h"
#include "agent/dataplane/pulse.h"
#include "agent/ims/actions.h"
#include "sip/result.h"

namespace sipward::dataplane {

/// The rows of pinned maps that are about to be replaced, in whatever version's layout they are.
/// Holds the maps open, so that they can be read after their pins are gone.
class OldMaps {
 public:
  static OldMaps open(const std::string& pin_path);

  /// nullopt: their layout is not known here; the UEs register anew.
  [[nodiscard]] std::optional<std::vector<ims::KernelRow>> rows() const;
  [[nodiscard]] std::uint32_t abi_version() const { return abi_version_; }
  /// The daemon's last sign of life, in seconds; 0: there was none.
  [[nodiscard]] std::uint64_t beat() const { return pulse_ ? pulse_->words().beat_s : 0; }
  /// Tells the daemon that has them open to open the new ones.
  void supersede();

 private:
  OldMaps() = default;

  std::uint32_t abi_version_ = 0;
  Descriptor v4_;
  Descriptor v6_;
  std::optional<Pulse> pulse_;
};

/// Maps of a new shape on their way to the pin path: made in a folder below it, filled, and put in
/// the place of the old ones when the programs that use them run.
///
///   open -> (programs are loaded with maps in `folder()`) -> copy -> (links updated) -> take_over
class Migration {
 public:
  /// Leftovers of a migration that was killed are removed. The error is a line for the operator.
  static sip::Result<Migration, std::string> open(const std::string& pin_path);

  [[nodiscard]] const std::string& folder() const { return folder_; }
  /// Rows into the new maps; how many, or why not.
  sip::Result<std::size_t, std::string> copy();
  /// What the daemon wrote into the old maps meanwhile is brought after, and the new ones get their
  /// names. From then on the daemon writes there, and nobody else does. The error leaves a pin path
  /// that the next attach mends.
  std::optional<std::string> take_over();
  /// Removes the folder with what is in it.
  void abandon();

 private:
  Migration(std::string pin_path, OldMaps old)
      : pin_path_(std::move(pin_path)), folder_(pin_path_ + "/next"), old_(std::move(old)) {}

  void copy_beat() const;
  void bring_after();
  void unlink_strangers() const;

  std::string pin_path_;
  std::string folder_;
  OldMaps old_;
};

}  // namespace sipward::dataplane
