// SPDX-License-Identifier: Apache-2.0
#include "agent/pcscf/originating.h"

#include <utility>

#include "agent/pcscf/assertion.h"
#include "agent/pcscf/proxy_checks.h"
#include "agent/pcscf/routes.h"
#include "agent/pcscf/scrub.h"
#include "sip/headers.h"

namespace sipward::pcscf {
namespace {

using ims::EventKind;
using sip::Field;

std::string invite_key(const sip::Message& message, const sip::Flow& flow) {
  const auto via = sip::top_via(message);
  return flow.text() + " " + via->sent_by() + " " + std::string(via->branch());
}

ims::Event event_of(EventKind kind, const sip::ProxyRequest& arrived, const FlowBinding& row) {
  return {.kind = kind,
          .flow = arrived.flow,
          .impi = row.impi.text,
          .impu = {},
          .detail = std::string(arrived.request.method_text())};
}

}  // namespace

void Originating::request(sip::ProxyRequest arrived, const Source& source, Turn& turn) {
  const FlowBinding& row = *source.row;
  const bool in_dialog = sip::to_tag(arrived.request).has_value();
  if (arrived.request.method() == sip::Method::kAck && !in_dialog) return;  // of no dialog
  auto refusal = check_relayable(arrived.request);
  if (!refusal) {
    refusal =
        in_dialog ? prepare_in_dialog(arrived, row, turn) : prepare_initial(arrived, source, turn);
  }
  if (refusal) return from_ue_.refuse(arrived, *refusal, turn);

  remember(arrived, row);
  from_ue_.forward(arrived.id,
                   {.request = std::move(arrived.request),
                    .next_hop = common_.config.core,
                    .via_host = common_.own.core_host()},
                   turn);
}

std::optional<Refusal> Originating::prepare_initial(sip::ProxyRequest& arrived,
                                                    const Source& source, Turn& turn) {
  sip::Message& request = arrived.request;
  const FlowBinding& row = *source.row;
  std::vector<sip::NameAddr> identities;
  if (!source.suspect) identities = identify(arrived, row, turn);
  if (identities.empty() && !source.suspect) {
    turn.report(event_of(EventKind::kUnbound, arrived, row));
    return Refusal{.status = 403, .reason = "No Identity to Assert"};
  }
  if (auto refusal = enforce_route(arrived, row, turn)) return refusal;

  scrub(arrived, row, turn);
  for (const sip::NameAddr& identity : identities) {
    request.add(Field::kPAssertedIdentity, identity.text());
  }
  const std::uint64_t icid = common_.random();
  request.set(Field::kPChargingVector, common_.charging_vector(icid));
  if (forms_dialog(request.method())) record(arrived, row, icid);
  return std::nullopt;
}

/// Who it is from, before the scrub takes P-Preferred-Identity away.
std::vector<sip::NameAddr> Originating::identify(const sip::ProxyRequest& arrived,
                                                 const FlowBinding& row, Turn& turn) {
  const sip::Message& request = arrived.request;
  Assertion assertion =
      decide_assertion(row, request.all(Field::kPPreferredIdentity), common_.random);
  if (assertion.preference_ignored && !assertion.identities.empty()) {
    ims::Event event = event_of(EventKind::kPreferredNotRegistered, arrived, row);
    event.impu = request.find(Field::kPPreferredIdentity).value_or("");
    event.detail += ", asserted " + assertion.identities.front().uri.text();
    turn.report(std::move(event));
  }
  return std::move(assertion.identities);
}

void Originating::record(sip::ProxyRequest& arrived, const FlowBinding& row, std::uint64_t icid) {
  const auto tag = sip::from_tag(arrived.request).value_or("");
  const std::string token = common_.tokens.write(
      {.kind = TokenKind::kCaller,
       .binding = row.id,
       .user = common_.tokens.user(row.impi),
       .icid = icid},
      {.call_id = sip::call_id(arrived.request), .ue_tag = tag, .far_tag = {}});
  record_route(arrived.request, OwnAddresses::access_uri(token, arrived.flow.local),
               common_.own.core_uri(token));
}

std::optional<Refusal> Originating::enforce_route(sip::ProxyRequest& arrived,
                                                  const FlowBinding& row, Turn& turn) {
  sip::Message& request = arrived.request;
  pop_own_routes(request, common_.own);
  switch (match_routes(request, row.service_route)) {
    case RouteMatch::kEqual:
      return std::nullopt;
    case RouteMatch::kAbsent:
      break;
    case RouteMatch::kDiffers: {
      ims::Event event = event_of(EventKind::kRouteReplaced, arrived, row);
      event.detail += ", Route " + std::string(request.find(Field::kRoute).value_or(""));
      const bool reject = common_.config.route_mismatch == RouteMismatch::kReject;
      if (reject) event.detail += ", answered 400";
      turn.report(std::move(event));
      if (reject) return Refusal{.status = 400, .reason = "Route Is Not The Service-Route"};
      break;
    }
  }
  set_routes(request, row.service_route);
  return std::nullopt;
}

/// The dialog was recorded with a token for this very user (TS 24.229 5.2.6.3.5, 5.2.6.3.9). The
/// user counts, not the row: a UE that registered anew on another flow keeps its dialogs, and who
/// took a row over does not get its predecessor's.
std::optional<Refusal> Originating::prepare_in_dialog(sip::ProxyRequest& arrived,
                                                      const FlowBinding& row, Turn& turn) {
  sip::Message& request = arrived.request;
  const auto ue_tag = sip::from_tag(request).value_or("");
  const auto far_tag = sip::to_tag(request).value_or("");
  const auto text = own_token(request, common_.own);
  const auto token = common_.tokens.read(
      text.value_or(""), {.call_id = sip::call_id(request), .ue_tag = ue_tag, .far_tag = far_tag});
  if (!token || token->kind == TokenKind::kPath) {
    const bool claimed = text && !text->empty();
    turn.report(
        event_of(claimed ? EventKind::kForgedToken : EventKind::kFlowMismatch, arrived, row));
    return Refusal{.status = 403, .reason = "Not Your Dialog"};
  }
  if (token->user != common_.tokens.user(row.impi)) {
    turn.report(event_of(EventKind::kFlowMismatch, arrived, row));
    return Refusal{.status = 403, .reason = "Not Your Dialog"};
  }
  pop_own_token(request, common_.own);
  scrub(arrived, row, turn);
  request.set(Field::kPChargingVector, common_.charging_vector(token->icid));
  return std::nullopt;
}

void Originating::scrub(sip::ProxyRequest& arrived, const FlowBinding& row, Turn& turn) {
  const Scrubbed scrubbed = scrub_from_ue(arrived.request);
  if (scrubbed.empty()) return;
  ims::Event event = event_of(EventKind::kScrubbed, arrived, row);
  event.detail += ": " + joined(scrubbed);
  turn.report(std::move(event));
}

void Originating::remember(const sip::ProxyRequest& arrived, const FlowBinding& row) {
  if (arrived.id == sip::ContextId{}) return;
  Context context{.flow = arrived.flow, .impi = row.impi, .invite = {}};
  if (arrived.request.method() == sip::Method::kInvite) {
    context.invite = invite_key(arrived.request, arrived.flow);
    invites_[context.invite] = row.impi;
  }
  contexts_.emplace(arrived.id, std::move(context));
}

bool Originating::may_cancel(const sip::Message& cancel, const sip::Flow& flow,
                             const FlowBinding& row) const {
  const auto it = invites_.find(invite_key(cancel, flow));
  return it == invites_.end() || it->second == row.impi;
}

void Originating::response(sip::ProxyResponse arrived, Turn& turn) {
  const auto it = contexts_.find(arrived.id);
  if (it != contexts_.end()) {
    // Another user has the flow now: the answer is not for them.
    const FlowBinding* row = common_.table.find(it->second.flow, turn.now);
    if (row != nullptr && row->impi != it->second.impi) {
      done(arrived.id);
      return from_ue_.discard(arrived.id);
    }
  }
  scrub_toward_ue(arrived.response);
  from_ue_.respond(arrived.id, std::move(arrived.response), turn);
}

void Originating::done(sip::ContextId id) {
  const auto it = contexts_.find(id);
  if (it == contexts_.end()) return;
  if (!it->second.invite.empty()) invites_.erase(it->second.invite);
  contexts_.erase(it);
}

}  // namespace sipward::pcscf
