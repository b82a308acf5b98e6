// SPDX-License-Identifier: Apache-2.0
#include "agent/scscf/originating.h"

#include <optional>
#include <string>
#include <utility>

#include "agent/scscf/precedence.h"
#include "agent/scscf/routing.h"
#include "sip/headers.h"

namespace sipward::scscf {
namespace {

using ims::EventKind;

std::vector<ims::Impu> asserted_identities(const sip::Message& request) {
  std::vector<ims::Impu> identities;
  for (const sip::NameAddr& name : sip::name_addrs(request, sip::Field::kPAssertedIdentity)) {
    if (const auto impu = ims::Impu::from(name.uri)) identities.push_back(*impu);
  }
  return identities;
}

/// P-Served-User, which only core elements may write, else the first asserted identity (TS 24.229
/// 5.4.3.2).
std::optional<ims::Impu> served_user(const sip::Message& request) {
  if (const auto name = sip::first_name_addr(request, sip::Field::kPServedUser)) {
    return ims::Impu::from(name->uri);
  }
  const auto asserted = asserted_identities(request);
  if (asserted.empty()) return std::nullopt;
  return asserted.front();
}

/// The P-CSCF asserts nothing and leaves it to Digest to say who it is from: an initial request of
/// a UE whose address check it does not trust any more.
bool asserts_nobody(const Work& work) {
  return !sip::to_tag(work.request) && !work.request.has(sip::Field::kPAssertedIdentity) &&
         !work.request.has(sip::Field::kPServedUser);
}

/// What the operator's policy says about Digest for this request.
struct Demand {
  bool verify = false;   ///< credentials that are there are verified
  bool require = false;  ///< without credentials: 407
};

/// In a dialog there is no originating mark: what a peer other than the next hop sends comes from a
/// P-CSCF, and so from one of our UEs.
bool is_from_access(const Office& office, const Work& work) {
  const auto& next_hop = office.config.next_hop;
  return work.peer.transport == sip::Transport::kInternal || !next_hop ||
         work.peer.remote.ip != next_hop->ip;
}

Demand decide_demand(const Office& office, const Work& work, bool originating) {
  const ProxyAuth policy = office.config.proxy_auth;
  const bool in_dialog = sip::to_tag(work.request).has_value();
  const bool from_ue = originating || (in_dialog && is_from_access(office, work));
  // RFC 3261 22.1: an ACK cannot be challenged. A spiral was authenticated on its first pass.
  if (!from_ue || work.origin.spiral || policy == ProxyAuth::kNever ||
      work.request.method() == sip::Method::kAck) {
    return {};
  }
  return {.verify = true,
          .require = policy == ProxyAuth::kAlways ||
                     (policy == ProxyAuth::kInitial && !in_dialog) ||
                     (originating && asserts_nobody(work))};
}

/// TS 24.229 5.4.3.2: the served user of an initial request is registered and not barred.
bool may_originate(const Office& office, const ims::Impu& impu) {
  for (const Registration* registration : office.registrar.with(impu)) {
    const SubscriberIdentity* identity = registration->find(impu);
    if (identity != nullptr && !identity->barred) return true;
  }
  return false;
}

/// The user whose algorithms a challenge offers: one who has registered the asserted identity.
std::optional<ims::Impi> presumed_user(const Office& office, const Work& work) {
  for (const ims::Impu& impu : asserted_identities(work.request)) {
    const auto registrations = office.registrar.with(impu);
    if (!registrations.empty()) return registrations.front()->impi;
  }
  return std::nullopt;
}

std::string asserted_text(const Work& work) {
  const auto asserted = asserted_identities(work.request);
  return asserted.empty() ? std::string() : asserted.front().text();
}

Step demand_answer(const Office& office, Work& work, const Subscriber* subscriber, sip::Time now) {
  const Subscriber decoy = office.authenticator.make_decoy("");
  Step step =
      challenge(office, work, subscriber != nullptr ? *subscriber : decoy, {.status = 407}, now);
  return with_event(std::move(step),
                    make_event(EventKind::kChallenged, work,
                               {.impi = subscriber != nullptr ? subscriber->impi.text : "",
                                .impu = asserted_text(work),
                                .detail = "proxy-authentication"}));
}

/// Digest alone says who it is (TS 33.203 Annex Q: SIP Digest proxy-authentication stands on its
/// own, with or without the address check): the proved user's default identity, if he has
/// registered it.
Step assert_default(const Office& office, Work& work, const Subscriber& proved) {
  const Registration* registration = office.registrar.find(proved.impi);
  const SubscriberIdentity* own =
      registration == nullptr ? nullptr : registration->default_identity();
  if (own == nullptr) {
    return with_event(
        refuse(office, work, 403),
        make_event(
            EventKind::kIdentityNotOwned, work,
            {.impi = proved.impi.text, .impu = {}, .detail = "the proved user is not registered"}));
  }
  work.request.set(sip::Field::kPAssertedIdentity, own->name.text());
  return route(office, work);
}

/// Digest has proved the user; the identity that goes on is decided here (Annex Q).
Step assert_proved(const Office& office, Work& work, const Subscriber& proved) {
  if (asserts_nobody(work)) return assert_default(office, work, proved);
  const auto asserted = asserted_identities(work.request);
  if (asserted.empty()) return route(office, work);  // in a dialog: nothing was asserted
  const auto event = [&](EventKind kind, std::string detail) {
    return make_event(
        kind, work,
        {.impi = proved.impi.text, .impu = asserted.front().text(), .detail = std::move(detail)});
  };
  const Registration* registration = office.registrar.find(proved.impi);
  switch (decide_precedence(asserted, proved, registration, office.config.precedence_mismatch)) {
    case Precedence::kKeep:
      return route(office, work);
    case Precedence::kRewrite: {
      const SubscriberIdentity& own = *registration->default_identity();
      work.request.set(sip::Field::kPAssertedIdentity, own.name.text());
      return with_event(route(office, work), event(EventKind::kPrecedenceMismatch,
                                                   own.impu.text() + " asserted instead"));
    }
    case Precedence::kReject:
      return with_event(refuse(office, work, 403),
                        event(EventKind::kPrecedenceMismatch, "refused"));
    case Precedence::kNotRegistered:
      break;
  }
  return with_event(refuse(office, work, 403),
                    event(EventKind::kIdentityNotOwned, "the proved user is not registered"));
}

bool uri_matches(const sip::Credentials& credentials, const sip::Uri& request_uri) {
  const auto uri = sip::parse_uri(credentials.uri);
  return uri.ok() && sip::equivalent(*uri, request_uri);
}

Step refuse_wrong(const Office& office, const Work& work, const std::string& username,
                  const Subscriber* subscriber) {
  const EventKind kind =
      subscriber != nullptr ? EventKind::kAuthenticationFailed : EventKind::kUnknownSubscriber;
  return with_event(refuse(office, work, 403), make_event(kind, work,
                                                          {.impi = username,
                                                           .impu = asserted_text(work),
                                                           .detail = "proxy-authentication"}));
}

Step verify(const Office& office, Work& work, const sip::Credentials& credentials,
            const Subscriber* subscriber, sip::Time now) {
  // Made in any case: the time it takes tells nobody whether the subscriber exists.
  const Subscriber decoy = office.authenticator.make_decoy(credentials.username);
  const Subscriber& user = subscriber != nullptr ? *subscriber : decoy;
  const Answer answer{.credentials = credentials,
                      .method = work.request.method_text(),
                      .uri_matches = uri_matches(credentials, work.request.request_uri())};
  const Particulars who{.impi = user.impi.text, .impu = asserted_text(work)};
  switch (office.authenticator.verify(answer, user, work.origin.ue, now)) {
    case Authenticator::Verdict::kAccepted:
      return with_event(assert_proved(office, work, user),
                        make_event(EventKind::kAuthenticated, work, who));
    case Authenticator::Verdict::kStale:
      return with_event(challenge(office, work, user, {.status = 407, .stale = true}, now),
                        make_event(EventKind::kNonceStale, work, who));
    case Authenticator::Verdict::kWrong:
      return refuse_wrong(office, work, credentials.username, subscriber);
    case Authenticator::Verdict::kUnacceptable:
      return demand_answer(office, work, &user, now);
    case Authenticator::Verdict::kFull:
      break;
  }
  return with_event(refuse(office, work, 503), make_event(EventKind::kOverload, work, who));
}

/// Of an initial request from one of our users: why it goes no further, if it does not.
std::optional<Step> check_served_user(const Office& office, const Work& work,
                                      const Demand& demand) {
  if (asserts_nobody(work) && demand.require) return std::nullopt;  // Digest will tell
  const auto served = served_user(work.request);
  if (served && may_originate(office, *served)) return std::nullopt;
  return with_event(refuse(office, work, 403),
                    make_event(EventKind::kIdentityNotOwned, work,
                               {.impu = served ? served->text() : "",
                                .detail = "the served user is barred or not registered"}));
}

}  // namespace

Step originate(const Office& office, Work& work, sip::Time now) {
  const bool originating = take_own_routes(work.request, office.neighbours);
  const Demand demand = decide_demand(office, work, originating);
  if (originating && !sip::to_tag(work.request)) {
    if (auto refusal = check_served_user(office, work, demand)) return std::move(*refusal);
  }
  if (!demand.verify) return route(office, work);

  const auto credentials =
      find_credentials(work.request, sip::Field::kProxyAuthorization, office.config.realm);
  if (!credentials) return refuse(office, work, 400, "Ambiguous Proxy-Authorization");
  using enum Ask::Procedure;
  if (*credentials && (*credentials)->has_answer()) {
    return {.next = Ask{.by = ims::Impi{(*credentials)->username}, .procedure = kOriginating}};
  }
  if (!demand.require) return route(office, work);
  if (auto user = presumed_user(office, work)) {
    return {.next = Ask{.by = std::move(*user), .procedure = kOriginating}};
  }
  return demand_answer(office, work, nullptr, now);
}

Step originate_with(const Office& office, Work& work, const Subscriber* subscriber, sip::Time now) {
  const auto credentials =
      find_credentials(work.request, sip::Field::kProxyAuthorization, office.config.realm);
  if (credentials.ok() && *credentials && (*credentials)->has_answer()) {
    return verify(office, work, **credentials, subscriber, now);
  }
  return demand_answer(office, work, subscriber, now);
}

}  // namespace sipward::scscf
