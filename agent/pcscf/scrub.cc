// SPDX-License-Identifier: Apache-2.0
#include "agent/pcscf/scrub.h"

#include <algorithm>
#include <array>
#include <string>

#include "sip/grammar.h"
#include "sip/headers.h"

namespace sipward::pcscf {
namespace {

using sip::Field;

/// Only network elements of the trust domain write these.
constexpr std::array kNetworkOnly = {
    Field::kAdditionalIdentity,
    Field::kAttestationInfo,
    Field::kCellularNetworkInfo,
    Field::kFeatureCaps,
    Field::kOriginationId,
    Field::kPAssertedIdentity,
    Field::kPAssertedService,
    Field::kPAssociatedUri,
    Field::kPCalledPartyId,
    Field::kPChargingFunctionAddresses,
    Field::kPChargingVector,
    Field::kPPrivateNetworkIndication,
    Field::kPProfileKey,
    Field::kPServedUser,
    Field::kPUserDatabase,
    Field::kPVisitedNetworkId,
    Field::kPath,
    Field::kRelayedCharge,
    Field::kResourcePriority,
    Field::kRestorationInfo,
    Field::kServiceInteractInfo,
    Field::kServiceRoute,
};

/// End at the P-CSCF: meant for it, or for the hop between it and the UE.
constexpr std::array kForUsAlone = {
    Field::kPPreferredIdentity,
    Field::kSecurityClient,
    Field::kSecurityServer,
    Field::kSecurityVerify,
};

/// Do not leave the trust domain toward a UE.
constexpr std::array kNotForUe = {
    Field::kAttestationInfo,
    Field::kCellularNetworkInfo,
    Field::kOriginationId,
    Field::kPAccessNetworkInfo,
    Field::kPChargingFunctionAddresses,
    Field::kPChargingVector,
    Field::kPPreferredIdentity,
    Field::kPPrivateNetworkIndication,
    Field::kPProfileKey,
    Field::kPServedUser,
    Field::kPUserDatabase,
    Field::kPVisitedNetworkId,
    Field::kRelayedCharge,
    Field::kRestorationInfo,
    Field::kSecurityClient,
    Field::kSecurityServer,
    Field::kSecurityVerify,
    Field::kServiceInteractInfo,
};

/// URI parameters that the network adds (TS 24.229 4.4).
constexpr std::array<std::string_view, 3> kNetworkUriParams = {"cpc", "iotl", "oli"};

bool is_network_provided(std::string_view value) {
  return sip::to_lower(value).find("network-provided") != std::string::npos;
}

void note(Scrubbed& scrubbed, std::string_view name, std::size_t count) {
  if (count == 0) return;
  if (std::find(scrubbed.begin(), scrubbed.end(), name) == scrubbed.end()) scrubbed.push_back(name);
}

bool remove_params(sip::Uri& uri, Scrubbed& scrubbed) {
  bool changed = false;
  for (const std::string_view name : kNetworkUriParams) {
    if (!uri.params.remove(name)) continue;
    note(scrubbed, name, 1);
    changed = true;
  }
  return changed;
}

void scrub_uris(sip::Message& request, Scrubbed& scrubbed) {
  sip::Uri target = request.request_uri();
  if (remove_params(target, scrubbed)) request.set_request_uri(std::move(target));
  auto from = sip::from(request);
  if (from && remove_params(from->uri, scrubbed)) request.set_first(Field::kFrom, from->text());
}

}  // namespace

std::string joined(const Scrubbed& names) {
  std::string text;
  for (const std::string_view name : names) {
    if (!text.empty()) text += ", ";
    text += name;
  }
  return text;
}

Scrubbed scrub_from_ue(sip::Message& message) {
  Scrubbed scrubbed;
  for (const Field field : kNetworkOnly) note(scrubbed, field_name(field), message.remove(field));
  note(scrubbed, field_name(Field::kPAccessNetworkInfo),
       message.remove_if(Field::kPAccessNetworkInfo, is_network_provided));
  for (const Field field : kForUsAlone) message.remove(field);
  for (const Field field : {Field::kRequire, Field::kProxyRequire}) {
    message.remove_if(field, [](std::string_view tag) { return sip::iequals(tag, "sec-agree"); });
  }
  if (message.is_request()) {
    // A UE is no proxy: a Record-Route of its own would draw the dialog's requests past the core.
    note(scrubbed, field_name(Field::kRecordRoute), message.remove(Field::kRecordRoute));
    scrub_uris(message, scrubbed);
  }
  return scrubbed;
}

void scrub_toward_ue(sip::Message& message) {
  for (const Field field : kNotForUe) message.remove(field);
  if (!asks_identity_privacy(message)) return;
  message.remove(Field::kPAssertedIdentity);
  message.remove(Field::kAdditionalIdentity);
}

bool asks_identity_privacy(const sip::Message& message) {
  for (const std::string_view row : message.all(Field::kPrivacy)) {
    std::string value;
    for (const char c : sip::to_lower(row)) {
      if (c != ' ' && c != '\t') value.push_back(c == ',' ? ';' : c);
    }
    if ((";" + value + ";").find(";id;") != std::string::npos) return true;
  }
  return false;
}

}  // namespace sipward::pcscf
