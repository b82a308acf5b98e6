// SPDX-License-Identifier: Apache-2.0
#include "agent/pcscf/terminating.h"

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

ims::Event event_of(EventKind kind, const sip::ProxyRequest& arrived) {
  return {.kind = kind,
          .flow = arrived.flow,
          .impi = {},
          .impu = {},
          .detail = std::string(arrived.request.method_text()) + " " +
                    arrived.request.request_uri().text()};
}

}  // namespace

void Terminating::request(sip::ProxyRequest arrived, Turn& turn) {
  const FlowBinding* row = nullptr;
  auto refusal = check_relayable(arrived.request);
  if (!refusal) refusal = find_row(arrived, row, turn);
  if (refusal) return to_ue_.refuse(arrived, *refusal, turn);

  sip::Message& request = arrived.request;
  const bool initial = !sip::to_tag(request);
  pop_own_token(request, common_.own);
  if (arrived.id != sip::ContextId{}) {
    contexts_.emplace(
        arrived.id,
        Context{.row_id = row->id,
                .called_party = std::string(request.find(Field::kPCalledPartyId).value_or("")),
                .initial = initial});
  }
  scrub_toward_ue(request);
  if (initial && forms_dialog(request.method())) record(request, *row);
  to_ue_.forward(
      arrived.id,
      {.request = std::move(request), .next_hop = row->flow, .via_host = row->flow.local.text()},
      turn);
}

std::optional<Refusal> Terminating::find_row(const sip::ProxyRequest& arrived,
                                             const FlowBinding*& row, Turn& turn) const {
  const sip::Message& request = arrived.request;
  const auto text = own_token(request, common_.own);
  if (!text) return Refusal{.status = 404, .reason = "Not For A UE Of This P-CSCF"};
  const auto ue_tag = sip::to_tag(request).value_or("");
  const auto far_tag = sip::from_tag(request).value_or("");
  const auto token = common_.tokens.read(
      *text, {.call_id = sip::call_id(request), .ue_tag = ue_tag, .far_tag = far_tag});
  if (!token) {  // RFC 5626 5.3.1
    turn.report(event_of(EventKind::kForgedToken, arrived));
    return Refusal{.status = 403, .reason = "Bad Flow Token"};
  }
  const FlowBinding* found = common_.table.find_id(token->binding);
  if (found == nullptr || found->expires <= turn.now ||
      common_.tokens.user(found->impi) != token->user) {
    turn.report(event_of(EventKind::kFlowGone, arrived));
    return Refusal{.status = 430, .reason = "Flow Failed"};
  }
  if (found->suspect && common_.config.suspect_action == SuspectAction::kRefuse) {
    // Who has the address now is not whom the core looks for.
    turn.report(event_of(EventKind::kSuspect, arrived));
    return Refusal{.status = 430, .reason = "Flow Failed"};
  }
  row = found;
  return std::nullopt;
}

void Terminating::record(sip::Message& request, const FlowBinding& row) {
  const auto far_tag = sip::from_tag(request).value_or("");
  const std::string token =
      common_.tokens.write({.kind = TokenKind::kCallee,
                            .binding = row.id,
                            .user = common_.tokens.user(row.impi),
                            .icid = common_.random()},
                           {.call_id = sip::call_id(request), .ue_tag = {}, .far_tag = far_tag});
  record_route(request, common_.own.core_uri(token),
               OwnAddresses::access_uri(token, row.flow.local));
}

void Terminating::response(sip::ProxyResponse arrived, bool suspect, Turn& turn) {
  const auto it = contexts_.find(arrived.id);
  const FlowBinding* row =
      it == contexts_.end() ? nullptr : common_.table.find_id(it->second.row_id);
  const Scrubbed scrubbed = scrub_from_ue(arrived.response);
  if (!scrubbed.empty() && row != nullptr) {
    turn.report({.kind = EventKind::kScrubbed,
                 .flow = row->flow,
                 .impi = row->impi.text,
                 .impu = {},
                 .detail = std::to_string(arrived.response.status()) + ": " + joined(scrubbed)});
  }
  // TS 24.229 5.2.6.4.3: whoever answers is the identity that was called, if it is registered here.
  const int status = arrived.response.status();
  if (row != nullptr && !suspect && it->second.initial && status > 100 && status < 300) {
    const std::string& called = it->second.called_party;
    const Assertion assertion = decide_assertion(
        *row,
        called.empty() ? std::vector<std::string_view>{} : std::vector<std::string_view>{called},
        common_.random);
    for (const sip::NameAddr& identity : assertion.identities) {
      arrived.response.add(Field::kPAssertedIdentity, identity.text());
    }
  }
  to_ue_.respond(arrived.id, std::move(arrived.response), turn);
}

}  // namespace sipward::pcscf
