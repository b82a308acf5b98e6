// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>

#include "agent/scscf/config.h"
#include "sip/flow.h"
#include "sip/message.h"
#include "sip/proxy.h"
#include "sip/uri.h"

namespace sipward::scscf {

/// Which flow leads to the core element that a Route or a Request-URI names. Requests go to
/// configured elements and to nobody else: a URI that a UE wrote never chooses an address.
///
/// There is no DNS. The name of a trusted peer is learnt from the top Via of the requests that it
/// sends, its address from the packet.
class Neighbours {
 public:
  static constexpr std::size_t kMaxNames = 1024;

  explicit Neighbours(const Config& config) : config_(config) {}

  /// A request came from a trusted peer.
  void learn(const sip::Message& request, const sip::Flow& peer);

  /// Where the peer that sent the request listens: the packet's address, the port of its Via
  /// (RFC 3261 18.1.1).
  [[nodiscard]] sip::Flow listening(const sip::Message& request, const sip::Flow& peer) const;

  /// nullopt: the URI names no core element.
  [[nodiscard]] std::optional<sip::Flow> find(const sip::Uri& uri) const;
  /// The configured next hop for what is not ours.
  [[nodiscard]] std::optional<sip::Flow> next_hop() const;

  /// Whether the URI is this element itself.
  [[nodiscard]] bool is_self(const sip::Uri& uri) const;
  /// Sent-by of our Via on the flow.
  [[nodiscard]] std::string via_host(const sip::Flow& flow) const;

 private:
  [[nodiscard]] sip::Flow udp(const sip::Endpoint& remote) const;

  const Config& config_;
  std::map<std::string, sip::Endpoint> names_;
};

}  // namespace sipward::scscf
