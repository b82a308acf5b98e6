// SPDX-License-Identifier: Apache-2.0
#include "agent/pcscf/routes.h"

#include <algorithm>

#include "sip/headers.h"

namespace sipward::pcscf {

using sip::Field;

std::optional<std::string> own_token(const sip::Message& request, const OwnAddresses& own) {
  const auto top = sip::first_name_addr(request, Field::kRoute);
  if (!top || !own.includes(top->uri)) return std::nullopt;
  return sip::normalise_escapes(top->uri.user);
}

void pop_own_routes(sip::Message& request, const OwnAddresses& own) {
  while (own_token(request, own)) request.remove_first(Field::kRoute);
}

void pop_own_token(sip::Message& request, const OwnAddresses& own) {
  const auto token = own_token(request, own);
  if (!token) return;
  request.remove_first(Field::kRoute);
  if (own_token(request, own) == token) request.remove_first(Field::kRoute);
}

RouteMatch match_routes(const sip::Message& request,
                        const std::vector<sip::NameAddr>& service_route) {
  const auto routes = sip::name_addrs(request, Field::kRoute);
  const bool equal = std::equal(
      routes.begin(), routes.end(), service_route.begin(), service_route.end(),
      [](const auto& route, const auto& stored) { return sip::equivalent(route.uri, stored.uri); });
  if (equal) return RouteMatch::kEqual;
  return routes.empty() ? RouteMatch::kAbsent : RouteMatch::kDiffers;
}

void set_routes(sip::Message& request, const std::vector<sip::NameAddr>& routes) {
  request.remove(Field::kRoute);
  for (const sip::NameAddr& route : routes) request.add(Field::kRoute, route.text());
}

bool forms_dialog(sip::Method method) {
  return method == sip::Method::kInvite || method == sip::Method::kSubscribe ||
         method == sip::Method::kRefer;
}

void record_route(sip::Message& request, const sip::NameAddr& incoming,
                  const sip::NameAddr& outgoing) {
  request.prepend(Field::kRecordRoute, incoming.text());
  request.prepend(Field::kRecordRoute, outgoing.text());
}

}  // namespace sipward::pcscf
