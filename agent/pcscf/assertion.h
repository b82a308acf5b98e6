// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

#include "agent/pcscf/binding_table.h"
#include "sip/time.h"

namespace sipward::pcscf {

/// Who a request is asserted to come from.
struct Assertion {
  /// One value, or a sip(s) and a tel one; as stored. Empty if the row has no identity.
  std::vector<sip::NameAddr> identities;
  /// The UE preferred something, and none of it is registered: the default stands.
  bool preference_ignored = false;
};

/// TS 24.229 5.2.6.3 with RFC 3325 9.2 and RFC 5876: the first sip(s) and the first tel value of
/// P-Preferred-Identity count, others are ignored; what is registered on the row identifies the
/// initiator, else a default IMPU does, at random among several. From plays no part, nor do display
/// names. `preferred`: the values of P-Preferred-Identity, in order.
[[nodiscard]] Assertion decide_assertion(const FlowBinding& row,
                                         const std::vector<std::string_view>& preferred,
                                         const sip::RandomSource& random);

}  // namespace sipward::pcscf
