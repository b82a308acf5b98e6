// SPDX-License-Identifier: Apache-2.0
#include "agent/pcscf/grant.h"

#include <algorithm>
#include <utility>

#include "sip/headers.h"

namespace sipward::pcscf {
namespace {

using sip::Field;

/// The contact's own `expires`, else the header's; a contact without either is not granted.
std::chrono::seconds lifetime_of(const sip::NameAddr& contact, const sip::Message& response) {
  const auto param = contact.params.value("expires");
  const auto seconds = param ? sip::parse_number(*param) : sip::number(response, Field::kExpires);
  return std::chrono::seconds(seconds.value_or(0));
}

void keep(std::vector<RegisteredIdentity>& identities, sip::NameAddr value) {
  const auto impu = ims::Impu::from(value.uri);
  if (!impu) return;
  value.params = {};  // header parameters are no part of the identity
  identities.push_back({.asserted = std::move(value), .impu = *impu});
}

std::vector<RegisteredIdentity> read_identities(const sip::Message& response, std::size_t limit) {
  std::vector<RegisteredIdentity> identities;
  if (!response.has(Field::kPAssociatedUri)) {
    auto to = sip::to(response);
    if (to) keep(identities, {.display_name = {}, .uri = std::move(to->uri), .params = {}});
    return identities;
  }
  for (sip::NameAddr& value : sip::name_addrs(response, Field::kPAssociatedUri)) {
    if (identities.size() < limit) keep(identities, std::move(value));
  }
  return identities;
}

}  // namespace

Grant read_grant(const sip::Message& response, const Registrant& registrant,
                 std::size_t max_identities) {
  Grant grant;
  grant.outbound = sip::has_token(response, Field::kRequire, "outbound");
  for (sip::NameAddr& contact : sip::name_addrs(response, Field::kContact)) {
    const auto lifetime = lifetime_of(contact, response);
    if (lifetime.count() == 0) continue;
    const auto ours =
        std::find_if(registrant.contacts.begin(), registrant.contacts.end(),
                     [&](const auto& requested) { return same_contact(requested, contact); });
    if (ours != registrant.contacts.end() && lifetime > grant.lifetime) {
      grant.lifetime = lifetime;
      grant.contact = *ours;
    }
    grant.contacts.push_back(std::move(contact));
  }
  if (registrant.removes) grant.lifetime = std::chrono::seconds(0);
  grant.identities = read_identities(response, max_identities);
  grant.service_route = sip::name_addrs(response, Field::kServiceRoute);
  return grant;
}

}  // namespace sipward::pcscf
