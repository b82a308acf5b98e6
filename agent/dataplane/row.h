// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "agent/ims/actions.h"
#include "bpf/abi.h"

namespace sipward::dataplane {

/// The key as the two maps have it. Only the one of the address's family is set.
struct RowKey {
  bool is_v4 = true;
  sipward_key4 v4{};
  sipward_key6 v6{};

  /// What the check of the decision word is derived from.
  [[nodiscard]] std::uint64_t digest() const;
  [[nodiscard]] const void* data() const {
    return is_v4 ? static_cast<const void*>(&v4) : static_cast<const void*>(&v6);
  }
};

/// nullopt: no packet can have this key (a transport without packets, a wildcard for one protocol).
[[nodiscard]] std::optional<RowKey> make_key(const ims::BindingKey& key);
/// IPv4 as ::ffff:a.b.c.d.
void write_address(const sip::IpAddress& ip, __u8 (&octets)[16]);
[[nodiscard]] sipward_anchor make_anchor(const ims::Anchor& anchor);
/// nullopt: none was noted.
[[nodiscard]] std::optional<ims::Anchor> read_anchor(const sipward_anchor& anchor);
/// The row's value. nullopt: the expiry does not fit, see Bindings::install.
[[nodiscard]] std::optional<sipward_binding> make_value(const RowKey& key,
                                                        const ims::KernelRow& row);

[[nodiscard]] ims::BindingKey read_key(const sipward_key4& key);
[[nodiscard]] ims::BindingKey read_key(const sipward_key6& key);
[[nodiscard]] ims::KernelRow read_row(ims::BindingKey key, const sipward_binding& value);

}  // namespace sipward::dataplane
