// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "agent/pcscf/binding_table.h"
#include "agent/pcscf/config.h"

namespace sipward::pcscf {

/// Who else has a live row at the address that a REGISTER came from.
struct Neighbours {
  /// Another user's wildcard row, or null.
  const FlowBinding* wildcard = nullptr;
  /// Another user's port row at exactly this source, or null.
  const FlowBinding* same_port = nullptr;
  /// Whether another user has a port row at another port: the address is shared, that is proven.
  bool other_port = false;
};
[[nodiscard]] Neighbours find_neighbours(const BindingTable& table, const sip::Flow& source,
                                         const ims::Impi& impi);

/// Whether the wildcard row of the neighbour was made from another port than this one: two users on
/// one address rather than one after the other.
[[nodiscard]] bool suspects_sharing(const Neighbours& neighbours, const sip::Flow& source);

/// The key that speaks for this source alone.
[[nodiscard]] ims::BindingKey port_key(const sip::Flow& source);

struct KeyInput {
  IpCheck ip_check = IpCheck::kAuto;
  OnSharedIp on_shared_ip = OnSharedIp::kAlarm;
  bool outbound = false;  ///< offered by the REGISTER, or granted by its 200 OK
  bool nat = false;       ///< `sees_nat`
  sip::Flow source;
  Neighbours neighbours;
};

enum class SharedDecision : std::uint8_t { kAccept, kRequireOutbound, kForbid };
/// Before a REGISTER is relayed: whether it may become a row beside its neighbours. A user without
/// outbound on an address where others have port rows is never let in with a wildcard row, which
/// would take the others' unused ports.
[[nodiscard]] SharedDecision decide_shared(const KeyInput& input);

struct KeyDecision {
  ims::BindingKey key;
  /// The neighbour's wildcard row becomes a port row instead of being withdrawn.
  bool narrow_neighbour = false;
  bool alarm = false;  ///< two users seem to share the address
};
/// On the 200 OK (TS 33.203 N.2): with the port if RFC 5626 is used; also when a NAT was seen or
/// others hold ports of the address, where a wildcard row would speak for strangers.
[[nodiscard]] KeyDecision decide_key(const KeyInput& input);

}  // namespace sipward::pcscf
