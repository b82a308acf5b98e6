// SPDX-License-Identifier: Apache-2.0
#include "agent/ims/actions.h"

#include <array>

#include "sip/keyed_hash.h"

namespace sipward::ims {

std::string BindingKey::text() const {
  if (is_wildcard()) return "any " + ip.text();
  return std::string(sip::transport_name(transport)) + ' ' +
         sip::Endpoint{.ip = ip, .port = port}.text();
}

}  // namespace sipward::ims

std::size_t std::hash<sipward::ims::BindingKey>::operator()(
    const sipward::ims::BindingKey& key) const noexcept {
  const std::array<std::uint64_t, 3> parts = {std::hash<sipward::sip::IpAddress>{}(key.ip),
                                              key.port, static_cast<std::uint64_t>(key.transport)};
  return sipward::sip::keyed_hash({reinterpret_cast<const char*>(parts.data()), sizeof parts});
}
