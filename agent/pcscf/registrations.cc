// SPDX-License-Identifier: Apache-2.0
#include "agent/pcscf/registrations.h"

#include <utility>

#include "agent/pcscf/nat.h"
#include "agent/pcscf/proxy_checks.h"
#include "agent/pcscf/scrub.h"
#include "sip/headers.h"

namespace sipward::pcscf {
namespace {

using ims::EventKind;
using sip::Field;

constexpr std::string_view kRetryAfter = "30";

Refusal overload(std::string reason) {
  return {.status = 503,
          .reason = std::move(reason),
          .field = Field::kRetryAfter,
          .value = std::string(kRetryAfter)};
}

Refusal outbound_required() {
  return {.status = 421, .field = Field::kRequire, .value = "outbound"};
}

/// Whether the REGISTER asks for something that would need a row.
bool asks_for_row(const Registrant& registrant) {
  return !registrant.removes && !registrant.contacts.empty();
}

std::string signature(const PendingRegister& pending) {
  return std::to_string(pending.registrant.cseq) + " " + pending.branch + " " +
         pending.registrant.call_id;
}

}  // namespace

void Registrations::request(sip::ProxyRequest arrived, const Source& source, Turn& turn) {
  const FlowBinding* row = source.registrant();
  Applicant applicant{.stranger = row == nullptr};
  if (auto refusal = check_relayable(arrived.request)) {
    return deny(arrived, {.refusal = *refusal}, applicant, turn);
  }
  auto registrant = read_registrant(arrived.request);
  if (!registrant) {
    const Refusal refusal{.status = 400, .reason = std::string(describe(registrant.error()))};
    return deny(arrived, {.refusal = refusal, .event = EventKind::kMalformed}, applicant, turn);
  }
  applicant.impi = registrant->impi.text;
  PendingRegister pending = make_pending(arrived, std::move(*registrant), source);
  // A NAT changed its mapping between two copies of one REGISTER: the first one decides.
  if (in_flight_.contains(signature(pending))) return from_ue_.discard(arrived.id);
  if (auto denial = admit(pending, row)) return deny(arrived, *denial, applicant, turn);

  rewrite(arrived.request, pending, row, turn);
  if (pending.stranger) ++strangers_;
  in_flight_.insert(signature(pending));
  pending_.emplace(arrived.id, std::move(pending));
  from_ue_.forward(arrived.id,
                   {.request = std::move(arrived.request),
                    .next_hop = common_.config.core,
                    .via_host = common_.own.core_host()},
                   turn);
}

PendingRegister Registrations::make_pending(const sip::ProxyRequest& arrived, Registrant registrant,
                                            const Source& source) {
  const FlowBinding* row = source.registrant();
  const auto via = sip::top_via(arrived.request);
  const bool same_user = row != nullptr && row->impi == registrant.impi;
  return {.registrant = std::move(registrant),
          .flow = arrived.flow,
          .sent_by = via->sent_by(),
          .branch = std::string(via->branch()),
          .nat = sees_nat(*via, arrived.flow.remote.ip),
          .stranger = row == nullptr,
          .offers_keep_alive = offers_keep_alive(arrived.request),
          .anchor = source.anchor,
          .row_id = same_user ? row->id : common_.table.reserve_id()};
}

std::optional<Registrations::Denial> Registrations::admit(const PendingRegister& pending,
                                                          const FlowBinding* row) const {
  if (pending.stranger && strangers_ >= common_.config.max_pending_registrations) {
    return Denial{.refusal = overload("Too Many Registrations"), .event = EventKind::kOverload};
  }
  const Registrant& registrant = pending.registrant;
  if (!asks_for_row(registrant)) return std::nullopt;
  if (auto denial = check_address(pending)) return denial;
  // RFC 5626 4.2: two flows of a UE that share one source could not be told apart.
  if (row != nullptr && row->matches_port() && row->impi == registrant.impi && row->reg_id != 0 &&
      registrant.reg_id != 0 &&
      (row->reg_id != registrant.reg_id || row->instance != registrant.instance)) {
    return Denial{.refusal = {.status = 403, .reason = "Flow In Use"},
                  .event = EventKind::kFlowMismatch};
  }
  return check_room(pending, row);
}

std::optional<Registrations::Denial> Registrations::check_address(
    const PendingRegister& pending) const {
  const Config& config = common_.config;
  const bool outbound = pending.registrant.outbound;
  switch (decide_nat(pending.nat, outbound, config.nat_without_outbound)) {
    case NatDecision::kRequireOutbound:
      return Denial{.refusal = outbound_required(), .event = EventKind::kNatWithoutOutbound};
    case NatDecision::kForbid:
      return Denial{.refusal = {.status = 403, .reason = "NAT Without Outbound"},
                    .event = EventKind::kNatWithoutOutbound};
    case NatDecision::kAccept:
      break;
  }
  const KeyInput input{
      .ip_check = config.ip_check,
      .on_shared_ip = config.on_shared_ip,
      .outbound = outbound,
      .nat = pending.nat,
      .source = pending.flow,
      .neighbours = find_neighbours(common_.table, pending.flow, pending.registrant.impi)};
  switch (decide_shared(input)) {
    case SharedDecision::kRequireOutbound:
      return Denial{.refusal = outbound_required(), .event = EventKind::kSharedAddress};
    case SharedDecision::kForbid:
      return Denial{.refusal = {.status = 403, .reason = "Address In Use"},
                    .event = EventKind::kSharedAddress};
    case SharedDecision::kAccept:
      break;
  }
  return std::nullopt;
}

std::optional<Registrations::Denial> Registrations::check_room(const PendingRegister& pending,
                                                               const FlowBinding* row) const {
  const Registrant& registrant = pending.registrant;
  if (row != nullptr && row->impi == registrant.impi) return std::nullopt;
  const bool takes_over = common_.table.find_key({.ip = pending.flow.remote.ip}) != nullptr ||
                          common_.table.find_key(port_key(pending.flow)) != nullptr;
  if (row == nullptr && !takes_over && common_.table.is_full(pending.flow.remote.ip)) {
    return Denial{.refusal = overload("Too Many Bindings"), .event = EventKind::kOverload};
  }
  std::size_t others = 0;
  for (const FlowBinding* known : common_.table.of_user(registrant.impi)) {
    if (!supersedes(registrant, pending.flow, *known)) ++others;
  }
  if (others < common_.config.max_bindings_per_impi) return std::nullopt;
  return Denial{.refusal = overload("Too Many Bindings"), .event = EventKind::kOverload};
}

void Registrations::deny(const sip::ProxyRequest& arrived, const Denial& denial,
                         const Applicant& applicant, Turn& turn) {
  const Refusal& refusal = denial.refusal;
  if (denial.event) {
    const std::string reason = refusal.reason.empty() ? "" : " " + refusal.reason;
    turn.report({.kind = *denial.event,
                 .flow = arrived.flow,
                 .impi = applicant.impi,
                 .impu = {},
                 .detail = "REGISTER answered " + std::to_string(refusal.status) + reason});
  }
  if (applicant.stranger) {
    from_ue_.refuse_statelessly(arrived, refusal, turn);
  } else {
    from_ue_.refuse(arrived, refusal, turn);
  }
}

void Registrations::rewrite(sip::Message& request, const PendingRegister& pending,
                            const FlowBinding* row, Turn& turn) {
  const Registrant& registrant = pending.registrant;
  const auto report = [&](EventKind kind, std::string detail) {
    turn.report({.kind = kind,
                 .flow = pending.flow,
                 .impi = registrant.impi.text,
                 .impu = registrant.aor.text(),
                 .detail = std::move(detail)});
  };
  if (const Scrubbed scrubbed = scrub_from_ue(request); !scrubbed.empty()) {
    report(EventKind::kScrubbed, "REGISTER: " + joined(scrubbed));
  }
  Flag flag = Flag::kNone;
  if (registrant.credentials) {
    flag = decide_flag(*registrant.credentials, row != nullptr ? &row->impi : nullptr);
  }
  if (registrant.forged_flag) report(EventKind::kForgedFlag, "REGISTER");
  if (registrant.forged_flag || flag != Flag::kNone) write_flag(request, flag);

  const FlowToken token{.kind = TokenKind::kPath,
                        .binding = pending.row_id,
                        .user = common_.tokens.user(registrant.impi)};
  const auto path = common_.own.core_uri(common_.tokens.write(token), registrant.outbound);
  request.set(Field::kPath, path.text());
  if (!sip::has_token(request, Field::kRequire, "path")) request.add(Field::kRequire, "path");
  request.set(Field::kPVisitedNetworkId, quoted(common_.config.visited_network));
  request.set(Field::kPChargingVector, common_.charging_vector(common_.random()));
  request.remove(Field::kRoute);  // where a REGISTER goes is not the UE's to say
}

void Registrations::response(sip::ProxyResponse arrived, Turn& turn) {
  scrub_toward_ue(arrived.response);
  const int status = arrived.response.status();
  const PendingRegister pending = pending_.at(arrived.id);
  if (status >= 200) done(arrived.id);
  // It will answer: the gate has a lane for those, apart from strangers who only knock.
  if (pending.stranger && (status == 401 || status == 407)) {
    turn.challenged(pending.flow.remote.ip);
  }
  if (status < 200 || status > 299) {
    from_ue_.respond(arrived.id, std::move(arrived.response), turn);
    return;
  }
  Grant grant = read_grant(arrived.response, pending.registrant, common_.config.max_identities);
  rows_.apply({.id = arrived.id,
               .pending = pending,
               .grant = std::move(grant),
               .response = std::move(arrived.response)},
              turn);
}

void Registrations::done(sip::ContextId id) {
  const auto it = pending_.find(id);
  if (it == pending_.end()) return;
  if (it->second.stranger) --strangers_;
  in_flight_.erase(signature(it->second));
  pending_.erase(it);
}

}  // namespace sipward::pcscf
