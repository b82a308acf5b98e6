// SPDX-License-Identifier: Apache-2.0
#include "agent/scscf/routing.h"

#include <algorithm>
#include <utility>

#include "sip/headers.h"

namespace sipward::scscf {
namespace {

bool forms_dialog(sip::Method method) {
  return method == sip::Method::kInvite || method == sip::Method::kSubscribe ||
         method == sip::Method::kRefer;
}

bool is_in_dialog(const sip::Message& request) { return sip::to_tag(request).has_value(); }

/// What stays inside: credentials for us, and what is meant for application servers only. An ACK
/// asserts nothing (RFC 5876 4.1).
void clean(sip::Message& request, const Config& config) {
  request.remove_if(sip::Field::kProxyAuthorization, [&](std::string_view value) {
    const auto credentials = sip::parse_credentials(value);
    return credentials.ok() && credentials->realm == config.realm;  // RFC 3261 22.3
  });
  request.remove(sip::Field::kPServedUser);
  if (request.method() == sip::Method::kAck) request.remove(sip::Field::kPAssertedIdentity);
}

Step send_to(const Office& office, const Work& work, const sip::Flow& next_hop) {
  Forward forward;
  forward.targets.push_back({.request = work.request.clone(),
                             .next_hop = next_hop,
                             .via_host = office.neighbours.via_host(next_hop)});
  return {.next = std::move(forward)};
}

Step send_to_next_hop(const Office& office, const Work& work, int otherwise) {
  if (const auto next_hop = office.neighbours.next_hop()) return send_to(office, work, *next_hop);
  return refuse(office, work, otherwise);
}

/// The flows to try at once: for each UE instance only the newest (RFC 5626 7), for contacts
/// without instance all.
std::vector<const Contact*> contacts_to_try(const Registrar& registrar, const ims::Impu& impu) {
  std::vector<const Contact*> chosen;
  for (const Registration* registration : registrar.with(impu)) {
    const SubscriberIdentity* identity = registration->find(impu);
    if (identity == nullptr || identity->barred) continue;
    const std::size_t first = chosen.size();
    for (const Contact& contact : registration->contacts) {
      const auto same = std::find_if(
          chosen.begin() + static_cast<std::ptrdiff_t>(first), chosen.end(), [&](const auto* c) {
            return !contact.instance.empty() && c->instance == contact.instance;
          });
      if (same == chosen.end()) {
        chosen.push_back(&contact);
      } else {
        *same = &contact;  // contacts are kept oldest first
      }
    }
  }
  return chosen;
}

sip::Target make_target(const Office& office, const Work& work, const Contact& contact) {
  sip::Message request = work.request.clone();
  request.set(sip::Field::kPCalledPartyId,
              std::string("<").append(work.request.request_uri().text()) + ">");
  sip::Uri uri = contact.contact.uri;
  uri.headers.clear();  // RFC 3261 19.1.1: not in a Request-URI
  uri.params.remove("method");
  request.set_request_uri(std::move(uri));
  for (auto hop = contact.path.rbegin(); hop != contact.path.rend(); ++hop) {
    request.prepend(sip::Field::kRoute, hop->text());
  }
  sip::Flow flow = contact.flow;
  if (!contact.path.empty()) {
    flow = office.neighbours.find(contact.path.front().uri).value_or(contact.flow);
  }
  return {.request = std::move(request),
          .next_hop = flow,
          .via_host = office.neighbours.via_host(flow)};
}

Step route_to_user(const Office& office, Work& work, const ims::Impu& impu) {
  Forward forward;
  for (const Contact* contact : contacts_to_try(office.registrar, impu)) {
    forward.targets.push_back(make_target(office, work, *contact));
  }
  if (!forward.targets.empty()) return {.next = std::move(forward)};
  if (work.request.method() == sip::Method::kAck) return {.next = Drop{}};
  return {.next = Ask{.by = impu, .procedure = Ask::Procedure::kTerminating}};
}

Step route_by_uri(const Office& office, Work& work) {
  const sip::Uri& uri = work.request.request_uri();
  if (const auto flow = office.neighbours.find(uri); flow && is_in_dialog(work.request)) {
    return send_to(office, work, *flow);
  }
  if (uri.scheme == sip::UriScheme::kTel || is_home(uri, office.config)) {
    const auto impu = ims::Impu::from(uri);
    return impu ? route_to_user(office, work, *impu) : refuse(office, work, 404);
  }
  if (office.neighbours.is_self(uri)) return refuse(office, work, 404);
  if (uri.scheme == sip::UriScheme::kOther) return refuse(office, work, 416);
  return send_to_next_hop(office, work, 404);
}

}  // namespace

bool take_own_routes(sip::Message& request, const Neighbours& neighbours) {
  bool originating = false;
  bool first = true;
  while (const auto route = sip::first_name_addr(request, sip::Field::kRoute)) {
    if (!neighbours.is_self(route->uri)) break;
    if (first) originating = route->uri.user == "orig" || route->uri.params.has("orig");
    first = false;
    request.remove_first(sip::Field::kRoute);
  }
  return originating;
}

Step route(const Office& office, Work& work) {
  clean(work.request, office.config);
  if (forms_dialog(work.request.method()) && !is_in_dialog(work.request)) {
    work.request.prepend(sip::Field::kRecordRoute, "<sip:" + office.config.name + ";lr>");
  }
  const auto next = sip::first_name_addr(work.request, sip::Field::kRoute);
  if (!next) return route_by_uri(office, work);
  if (const auto flow = office.neighbours.find(next->uri)) return send_to(office, work, *flow);
  return send_to_next_hop(office, work, 503);
}

Step route_unregistered(const Office& office, Work& work, const Subscriber* subscriber) {
  const auto impu = ims::Impu::from(work.request.request_uri());
  const SubscriberIdentity* identity =
      subscriber != nullptr && impu ? subscriber->find(*impu) : nullptr;
  if (identity != nullptr && !identity->barred) return refuse(office, work, 480);
  if (identity == nullptr && work.request.request_uri().scheme == sip::UriScheme::kTel) {
    return send_to_next_hop(office, work, 404);
  }
  return refuse(office, work, 404);
}

}  // namespace sipward::scscf
