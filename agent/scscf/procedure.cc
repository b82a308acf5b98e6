// SPDX-License-Identifier: Apache-2.0
#include "agent/scscf/procedure.h"

#include <algorithm>

#include "agent/scscf/text.h"
#include "sip/grammar.h"
#include "sip/headers.h"

namespace sipward::scscf {

sip::Message make_local_response(const Office& office, const Work& work, int status,
                                 std::string_view reason) {
  return sip::make_response(work.request, status, hex(office.random()), reason);
}

Step refuse(const Office& office, const Work& work, int status, std::string_view reason) {
  if (work.request.method() == sip::Method::kAck) return {.next = Drop{}};
  return {.next = Respond{make_local_response(office, work, status, reason)}};
}

Step challenge(const Office& office, const Work& work, const Subscriber& subscriber,
               ChallengeKind kind, sip::Time now) {
  sip::Message response = make_local_response(office, work, kind.status);
  const sip::Field field =
      kind.status == 401 ? sip::Field::kWwwAuthenticate : sip::Field::kProxyAuthenticate;
  for (const sip::Challenge& row :
       office.authenticator.challenge(subscriber, work.origin.ue, kind.stale, now)) {
    response.add(field, sip::write_challenge(row));
  }
  return {.next = Respond{std::move(response)}};
}

ims::Event make_event(ims::EventKind kind, const Work& work, Particulars particulars) {
  std::string detail(work.request.method_text());
  if (!particulars.detail.empty()) detail += ": " + particulars.detail;
  return {.kind = kind,
          .flow = work.origin.ue,
          .impi = std::move(particulars.impi),
          .impu = std::move(particulars.impu),
          .detail = std::move(detail)};
}

Step with_event(Step step, ims::Event event) {
  step.events.insert(step.events.begin(), std::move(event));
  return step;
}

bool is_home(const sip::Uri& uri, const Config& config) {
  return uri.is_sip() && std::any_of(config.domains.begin(), config.domains.end(),
                                     [&](const auto& d) { return sip::iequals(uri.host, d); });
}

}  // namespace sipward::scscf
