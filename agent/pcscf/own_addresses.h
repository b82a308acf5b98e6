// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/pcscf/config.h"
#include "sip/name_addr.h"
#include "sip/uri.h"

namespace sipward::pcscf {

/// The URIs that are ours: what we write into Path, Record-Route and Via, and recognise in Route.
class OwnAddresses {
 public:
  explicit OwnAddresses(const Config& config);

  /// Whether a Route entry is ours: our name, a listener, or our side of the core.
  [[nodiscard]] bool includes(const sip::Uri& uri) const;
  /// host[:port] by which the core reaches us: sent-by of our Via toward it.
  [[nodiscard]] const std::string& core_host() const { return core_host_; }

  /// `sip:TOKEN@name;lr`, with `ob` in the Path of an RFC 5626 registration.
  [[nodiscard]] sip::NameAddr core_uri(std::string token, bool ob = false) const;
  /// `sip:TOKEN@listener;lr`
  [[nodiscard]] static sip::NameAddr access_uri(std::string token, const sip::Endpoint& listener);

 private:
  std::string name_;
  std::string core_host_;
  std::optional<std::uint16_t> core_port_;
  std::vector<sip::Endpoint> endpoints_;
};

}  // namespace sipward::pcscf
