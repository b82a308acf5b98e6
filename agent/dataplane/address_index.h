// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "agent/dataplane/descriptor.h"
#include "agent/dataplane/mapped.h"
#include "agent/ims/actions.h"
#include "bpf/abi.h"
#include "sip/result.h"

namespace sipward::dataplane {

/// What the gate knows of addresses beside the rows themselves: the maps addresses4/6 and
/// address_filter, derived from the rows. An address is noted before its first row is written, and
/// forgotten after its last one is gone: for a moment the index says too much, never too little.
class AddressIndex {
 public:
  static sip::Result<AddressIndex, std::string> open(const std::string& pin_path);

  /// A row with a new key is about to be written. False: no room, nothing was noted.
  bool add(const ims::BindingKey& key);
  /// The row with this key is gone.
  void remove(const ims::BindingKey& key);
  /// Many new keys at once. False: no room for all of them.
  bool add_all(std::span<const ims::BindingKey> keys);
  /// Exactly these: after a restart, whatever a killed process left.
  bool rebuild(std::span<const ims::BindingKey> keys);

 private:
  AddressIndex(Descriptor v4, Descriptor v6, Mapped filter);

  [[nodiscard]] int map_of(const sip::IpAddress& ip) const {
    return ip.is_v4() ? v4_.get() : v6_.get();
  }
  /// In the rough and in the fine filter.
  [[nodiscard]] std::array<sipward_filter_bits, 2> bits_of(const sip::IpAddress& ip) const;
  template <class Visit>
  void each_bit(const sip::IpAddress& ip, Visit visit);
  [[nodiscard]] static bool is_empty_map(int map);
  [[nodiscard]] sipward_address find(const sip::IpAddress& ip) const;
  [[nodiscard]] bool write(const sip::IpAddress& ip, const sipward_address& address) const;
  void set_bits(const sip::IpAddress& ip);
  void clear_bits(const sip::IpAddress& ip);

  Descriptor v4_;
  Descriptor v6_;
  Mapped filter_;
  /// Addresses behind each bit. One that has reached 255 is never cleared until a rebuild.
  std::vector<std::uint8_t> uses_;
};

}  // namespace sipward::dataplane
