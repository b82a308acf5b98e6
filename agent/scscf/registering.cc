// SPDX-License-Identifier: Apache-2.0
#include "agent/scscf/registering.h"

#include <utility>

#include "agent/scscf/grant.h"
#include "agent/scscf/register_request.h"

namespace sipward::scscf {
namespace {

using ims::EventKind;

/// A REGISTER, read.
struct Reading {
  RegisterRequest wanted;
  std::optional<sip::Credentials> credentials;
  Protection protection = Protection::kAbsent;
};

Step refuse_unread(const Office& office, const Work& work, const RegisterRefusal& refusal) {
  sip::Message response = make_local_response(office, work, refusal.status, refusal.reason);
  if (!refusal.unsupported.empty()) response.add(sip::Field::kUnsupported, refusal.unsupported);
  return {.next = Respond{std::move(response)}};
}

sip::Result<Reading, RegisterRefusal> read(const Office& office, const Work& work) {
  auto wanted = parse_register(work.request, office.config);
  if (!wanted) return wanted.error();
  auto credentials =
      find_credentials(work.request, sip::Field::kAuthorization, office.config.realm);
  if (!credentials) {
    return RegisterRefusal{.status = 400, .reason = "Ambiguous Authorization"};
  }
  Reading reading{.wanted = std::move(*wanted), .credentials = std::move(*credentials)};
  if (reading.credentials) {
    reading.protection = parse_protection(reading.credentials->params.value("integrity-protected"));
  }
  return reading;
}

Particulars who(const Reading& reading, std::string detail = {}) {
  return {.impi = reading.credentials ? reading.credentials->username : "",
          .impu = reading.wanted.impu.text(),
          .detail = std::move(detail)};
}

/// An answer is looked at unless the flag says that the P-CSCF took the REGISTER for another
/// scheme's: those start anew (TS 24.229 5.4.1.1).
bool is_answered(const Reading& reading) {
  return reading.credentials && reading.credentials->has_answer() &&
         reading.protection != Protection::kOther;
}

/// `uri` is the registrar's domain, as is the Request-URI; how the UE spells it matters little.
bool names_registrar(const sip::Credentials& credentials, const Config& config) {
  const auto uri = sip::parse_uri(credentials.uri);
  return uri.ok() && is_home(*uri, config);
}

Step refuse_wrong(const Office& office, const Work& work, const Reading& reading, bool exists) {
  const EventKind kind = exists ? EventKind::kAuthenticationFailed : EventKind::kUnknownSubscriber;
  return with_event(refuse(office, work, 403), make_event(kind, work, who(reading)));
}

Step challenge_again(const Office& office, const Work& work, const Subscriber& user,
                     sip::Time now) {
  return challenge(office, work, user, {.status = 401}, now);
}

Step verify(const Office& office, const Work& work, const Reading& reading,
            const Subscriber* subscriber, sip::Time now) {
  const sip::Credentials& credentials = *reading.credentials;
  // Made in any case: the time it takes tells nobody whether the subscriber exists.
  const Subscriber decoy = office.authenticator.make_decoy(credentials.username);
  const Subscriber& user = subscriber != nullptr ? *subscriber : decoy;
  const Answer answer{.credentials = credentials,
                      .method = work.request.method_text(),
                      .uri_matches = names_registrar(credentials, office.config)};
  switch (office.authenticator.verify(answer, user, work.origin.ue, now)) {
    case Authenticator::Verdict::kAccepted:
      return with_event(grant(office, work,
                              {.wanted = reading.wanted,
                               .protection = reading.protection,
                               .user = user,
                               .answer = answer},
                              now),
                        make_event(EventKind::kAuthenticated, work, who(reading)));
    case Authenticator::Verdict::kStale:
      return with_event(challenge(office, work, user, {.status = 401, .stale = true}, now),
                        make_event(EventKind::kNonceStale, work, who(reading)));
    case Authenticator::Verdict::kWrong:
      return refuse_wrong(office, work, reading, subscriber != nullptr);
    case Authenticator::Verdict::kUnacceptable:
      return with_event(
          challenge_again(office, work, user, now),
          make_event(EventKind::kChallenged, work, who(reading, "not an acceptable answer")));
    case Authenticator::Verdict::kFull:
      break;
  }
  return with_event(refuse(office, work, 503),
                    make_event(EventKind::kOverload, work, who(reading, "tracked nonces")));
}

}  // namespace

Step start_register(const Office& office, const Work& work) {
  const auto reading = read(office, work);
  if (!reading) return refuse_unread(office, work, reading.error());
  using enum Ask::Procedure;
  if (reading->credentials && !reading->credentials->username.empty()) {
    return {.next = Ask{.by = ims::Impi{reading->credentials->username}, .procedure = kRegister}};
  }
  // Without a username the public identity leads to the user (TS 33.203 P.6, TS 24.229 5.3.1.2).
  return {.next = Ask{.by = reading->wanted.impu, .procedure = kRegister}};
}

Step register_with(const Office& office, const Work& work, const Subscriber* subscriber,
                   sip::Time now) {
  const auto reading = read(office, work);
  if (!reading) return refuse_unread(office, work, reading.error());
  if (is_answered(*reading)) return verify(office, work, *reading, subscriber, now);

  const std::string username =
      reading->credentials ? reading->credentials->username : reading->wanted.impu.text();
  const Subscriber decoy = office.authenticator.make_decoy(username);
  Step step = challenge_again(office, work, subscriber != nullptr ? *subscriber : decoy, now);
  step.events.push_back(make_event(EventKind::kChallenged, work, who(*reading)));
  if (subscriber == nullptr) {
    step.events.push_back(make_event(EventKind::kUnknownSubscriber, work, who(*reading)));
  }
  return step;
}

}  // namespace sipward::scscf
