// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/scscf/config.h"
#include "sip/flow.h"
#include "sip/message.h"

namespace sipward::scscf {

/// Where a request entered the core, as the Vias of trusted elements tell.
struct Origin {
  /// The UE's flow: what nonces are bound to and events name. Its remote end is `received` and
  /// `rport` of the UE's Via, written by the P-CSCF from the packet (TS 24.229 5.2.2.1, RFC 3581).
  sip::Flow ue;
  /// The request has been here before (a spiral): it was authenticated on its first pass.
  bool spiral = false;
};

/// The top Via is that of the peer the request came from; below it, Vias of configured core
/// elements are passed over. The next one is the UE's. A UE may give itself the name of a core
/// element, but `received` gives it away. Without a UE's Via the peer itself is the origin.
[[nodiscard]] Origin find_origin(const sip::Message& request, const sip::Flow& peer,
                                 const Config& config);

/// Whether the address is a configured core element's.
[[nodiscard]] bool is_core_address(const sip::IpAddress& ip, const Config& config);

}  // namespace sipward::scscf
