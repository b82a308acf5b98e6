// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "agent/dataplane/address_index.h"
#include "agent/dataplane/descriptor.h"
#include "agent/ims/actions.h"
#include "sip/result.h"

namespace sipward::dataplane {

struct RowKey;

enum class InstallStatus : std::uint8_t {
  kInstalled,
  kFull,     ///< no room; rows that are there can still be replaced
  kRefused,  ///< the kernel said no, or the row cannot be written (see `install`)
};

/// The rows of the IP address check table as the kernel has them: the pinned maps `bindings4` and
/// `bindings6`, and the index of addresses beside them. Needs no capability, only the permissions
/// of the pinned files. One thread, and one writer at a time: opening writes, too.
class Bindings {
 public:
  /// What is wrong, and what to do about it, in one line.
  static sip::Result<Bindings, std::string> open(const std::string& pin_path);
  /// What `list` would say, for who only looks.
  static sip::Result<std::vector<ims::KernelRow>, std::string> read(const std::string& pin_path);

  /// Inserts the row, or replaces the one with the same key. The kernel counts in whole seconds: it
  /// closes the row a second and a tick after `expires` at most. Refused: a transport that has no
  /// packets, and an expiry that is not within the 28 bits the kernel compares.
  InstallStatus install(const ims::KernelRow& row);
  /// Many rows with different keys, in batches; how many of them are there now. Rows that cannot
  /// be written are left out, and of a batch what follows the first one that has no room.
  std::size_t install_all(std::span<const ims::KernelRow> rows);
  /// Makes the index of addresses agree with the rows, whatever a killed process left. False: it
  /// has no room for them.
  bool repair_index();
  /// Closes the row, then deletes it: a reader that still holds the element sees an expired row.
  /// False when there was none.
  bool withdraw(const ims::BindingKey& key);

  /// The row with this key, also when it has expired.
  [[nodiscard]] std::optional<ims::KernelRow> find(const ims::BindingKey& key) const;
  /// All rows, also those that have expired. Binding id and epoch in full.
  [[nodiscard]] std::vector<ims::KernelRow> list() const;
  /// Withdraws every row; how many there were.
  std::size_t clear();
  /// Rows that each of the two maps can hold.
  [[nodiscard]] std::size_t capacity() const { return capacity_; }

 private:
  Bindings(Descriptor v4, Descriptor v6, AddressIndex index, std::size_t capacity)
      : v4_(std::move(v4)), v6_(std::move(v6)), index_(std::move(index)), capacity_(capacity) {}

  [[nodiscard]] int map_of(const RowKey& key) const;
  /// The keys of rows that are not there yet.
  [[nodiscard]] std::vector<ims::BindingKey> new_keys(std::span<const ims::KernelRow> rows) const;

  Descriptor v4_;
  Descriptor v6_;
  AddressIndex index_;
  std::size_t capacity_;
};

}  // namespace sipward::dataplane
