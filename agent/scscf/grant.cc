// SPDX-License-Identifier: Apache-2.0
#include "agent/scscf/grant.h"

#include <algorithm>
#include <utility>

#include "agent/scscf/text.h"

namespace sipward::scscf {
namespace {

using ims::EventKind;

Particulars who(const Proved& proved, std::string detail = {}) {
  return {.impi = proved.user.impi.text,
          .impu = proved.wanted.impu.text(),
          .detail = std::move(detail)};
}

Step refuse_brief(const Office& office, const Work& work) {
  sip::Message response = make_local_response(office, work, 423);
  response.add(sip::Field::kMinExpires, std::to_string(office.config.min_expires));
  return {.next = Respond{std::move(response)}};
}

bool is_too_brief(const RequestedContact& contact, const Config& config) {
  return contact.expires > 0 && contact.expires < config.min_expires;
}

/// The contact as far as `Contact::is_same` looks at it.
Contact name_contact(const Proved& proved, const RequestedContact& wanted) {
  return {.contact = wanted.contact,
          .instance = wanted.instance,
          .reg_id = wanted.reg_id,
          .outbound = wanted.wants_outbound() && proved.wanted.first_hop_has_outbound()};
}

Contact make_contact(const Office& office, const Work& work, const Proved& proved,
                     const RequestedContact& wanted) {
  Contact contact = name_contact(proved, wanted);
  contact.path = proved.wanted.path;
  contact.flow = office.neighbours.listening(work.request, work.peer);
  contact.call_id = proved.wanted.call_id;
  contact.cseq = proved.wanted.cseq;
  contact.route_id = hex(office.random());
  return contact;
}

std::vector<SubscriberIdentity> registered_set(const Proved& proved) {
  std::vector<SubscriberIdentity> set;
  for (const auto* identity : proved.user.implicit_set(proved.wanted.impu))
    set.push_back(*identity);
  return set;
}

Registrar::Update make_update(const Office& office, const Work& work, const Proved& proved,
                              sip::Time now) {
  Registrar::Update update{.impi = proved.user.impi,
                           .set = proved.user.find(proved.wanted.impu)->set,
                           .identities = registered_set(proved),
                           .bind = {},
                           .unbind = {},
                           .unbind_all = proved.wanted.star,
                           .call_id = proved.wanted.call_id,
                           .cseq = proved.wanted.cseq};
  for (const RequestedContact& wanted : proved.wanted.contacts) {
    if (wanted.expires == 0) {
      update.unbind.push_back(name_contact(proved, wanted));
      continue;
    }
    Contact contact = make_contact(office, work, proved, wanted);
    contact.expires =
        now + std::chrono::seconds(std::min(wanted.expires, office.config.max_expires));
    update.bind.push_back(std::move(contact));
  }
  return update;
}

void add_associated_uris(sip::Message& response, const std::vector<SubscriberIdentity>& set) {
  for (const SubscriberIdentity& identity : set) {  // the default is first
    if (!identity.barred) response.add(sip::Field::kPAssociatedUri, identity.name.text());
  }
}

void add_contacts(sip::Message& response, const Registration& registration, sip::Time now) {
  for (const Contact& contact : registration.contacts) {
    sip::NameAddr name = contact.contact;
    const auto left = std::chrono::ceil<std::chrono::seconds>(contact.expires - now).count();
    name.params.set("expires", std::to_string(left));
    response.add(sip::Field::kContact, name.text());
  }
}

/// Marks what follows it as originating, and differs from every other registration's (TS 24.229
/// 5.4.1.2.2F).
std::string service_route(const Office& office, const Proved& proved,
                          const Registration& registration) {
  const Contact* chosen = &registration.contacts.back();
  for (const RequestedContact& wanted : proved.wanted.contacts) {
    const Contact asked = name_contact(proved, wanted);
    for (const Contact& contact : registration.contacts) {
      if (contact.is_same(asked)) chosen = &contact;
    }
  }
  return "<sip:orig@" + office.config.name + ";lr;reg=" + chosen->route_id + ">";
}

Step accept(const Office& office, const Work& work, const Proved& proved, sip::Time now) {
  sip::Message response = make_local_response(office, work, 200);
  for (const std::string_view row : work.request.all(sip::Field::kPath)) {
    response.add(sip::Field::kPath, row);
  }
  add_associated_uris(response, registered_set(proved));
  const SubscriberIdentity* identity = proved.user.find(proved.wanted.impu);
  if (const auto* registration = office.registrar.find(proved.user.impi, identity->set)) {
    const bool outbound =
        std::any_of(proved.wanted.contacts.begin(), proved.wanted.contacts.end(),
                    [](const auto& c) { return c.expires > 0 && c.wants_outbound(); });
    if (outbound) response.add(sip::Field::kRequire, "outbound");
    response.add(sip::Field::kServiceRoute, service_route(office, proved, *registration));
    add_contacts(response, *registration, now);
  }
  response.add(
      sip::Field::kAuthenticationInfo,
      office.authenticator.authentication_info(proved.answer, proved.user, work.origin.ue, now));
  return {.next = Respond{std::move(response)}};
}

Step apply(const Office& office, const Work& work, const Proved& proved, sip::Time now) {
  switch (office.registrar.apply(make_update(office, work, proved, now))) {
    case Registrar::Change::kDone:
      return accept(office, work, proved, now);
    case Registrar::Change::kOutOfOrder:
      return refuse(office, work, 500, "CSeq Out Of Order");
    case Registrar::Change::kUnknownContact:
      return refuse(office, work, 481);
    case Registrar::Change::kTooManyContacts:
      return with_event(refuse(office, work, 403),
                        make_event(EventKind::kOverload, work, who(proved, "contacts")));
    case Registrar::Change::kFull:
      break;
  }
  return with_event(refuse(office, work, 503),
                    make_event(EventKind::kOverload, work, who(proved, "registrations")));
}

/// Whether the identity is the user's, with something in its set that can be asserted.
bool may_register(const Proved& proved) {
  const auto set = proved.user.implicit_set(proved.wanted.impu);
  return std::any_of(set.begin(), set.end(), [](const auto* i) { return !i->barred; });
}

}  // namespace

Step grant(const Office& office, const Work& work, const Proved& proved, sip::Time now) {
  if (!may_register(proved)) {
    return with_event(refuse(office, work, 403),
                      make_event(EventKind::kIdentityNotOwned, work, who(proved)));
  }
  if (proved.wanted.is_fetch()) return accept(office, work, proved, now);
  if (proved.wanted.removes() && !allows_deregistration(proved.protection)) {
    return with_event(refuse(office, work, 403, "De-Registration From Another Source"),
                      make_event(EventKind::kIdentityNotOwned, work,
                                 who(proved, "de-registration from a source that is not bound")));
  }
  for (const RequestedContact& contact : proved.wanted.contacts) {
    if (is_too_brief(contact, office.config)) return refuse_brief(office, work);
    if (contact.wants_outbound() && !proved.wanted.first_hop_has_outbound()) {
      return refuse(office, work, 439);
    }
  }
  return apply(office, work, proved, now);
}

}  // namespace sipward::scscf
