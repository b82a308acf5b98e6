// SPDX-License-Identifier: Apache-2.0
#include "agent/pcscf/registrant.h"

#include <algorithm>
#include <utility>

#include "sip/grammar.h"
#include "sip/headers.h"

namespace sipward::pcscf {
namespace {

using sip::Field;

constexpr std::string_view kFlagParam = "integrity-protected";

struct Flow5626 {
  std::string instance;
  std::uint32_t reg_id = 0;
};

Flow5626 read_flow(const sip::NameAddr& contact) {
  const auto instance = contact.params.value("+sip.instance");
  const auto reg_id = sip::parse_number(contact.params.value("reg-id").value_or(""));
  if (!instance) return {};
  return {.instance = std::string(*instance), .reg_id = reg_id.value_or(0)};
}

bool mentions_flag(std::string_view text) {
  return sip::to_lower(text).find(kFlagParam) != std::string::npos;
}

/// A flag inside a quoted value: a peer that looks for the word would find it.
bool hides_flag(const sip::Credentials& credentials) {
  return std::any_of(credentials.params.begin(), credentials.params.end(),
                     [](const auto& param) { return param.value && mentions_flag(*param.value); });
}

/// The one Digest value of Authorization; nullopt if there is none.
sip::Result<std::optional<sip::Credentials>, RegistrantError> read_credentials(
    const sip::Message& request) {
  std::optional<sip::Credentials> found;
  for (const std::string_view value : request.all(Field::kAuthorization)) {
    auto parsed = sip::parse_credentials(value);
    if (!parsed && parsed.error() == sip::AuthError::kNotDigest) continue;
    if (!parsed || hides_flag(*parsed)) return RegistrantError::kBadCredentials;
    if (found) return RegistrantError::kTwoCredentials;
    found = std::move(*parsed);
  }
  return found;
}

bool removes_all(const sip::Message& request, const std::vector<sip::NameAddr>& contacts) {
  if (sip::has_contact_star(request)) return true;
  const auto header = sip::number(request, Field::kExpires);
  const auto ends = [&](const sip::NameAddr& contact) {
    const auto param = contact.params.value("expires");
    return (param ? sip::parse_number(*param) : header) == std::uint32_t{0};
  };
  return !contacts.empty() && std::all_of(contacts.begin(), contacts.end(), ends);
}

void read_outbound(const sip::Message& request, Registrant& registrant) {
  if (registrant.contacts.size() != 1) return;
  Flow5626 flow = read_flow(registrant.contacts.front());
  registrant.instance = std::move(flow.instance);
  registrant.reg_id = flow.reg_id;
  registrant.outbound = flow.reg_id != 0 && request.count(Field::kVia) == 1 &&
                        sip::has_token(request, Field::kSupported, "outbound");
}

/// TS 23.003 13.3: without a username the private identity is the public one as an NAI.
ims::Impi derive_impi(const ims::Impu& aor) {
  const std::string& text = aor.text();
  return {text.substr(text.find(':') + 1)};
}

}  // namespace

std::string_view describe(RegistrantError error) {
  switch (error) {
    case RegistrantError::kNoIdentity:
      return "No Identity to Register";
    case RegistrantError::kBadCredentials:
      return "Bad Credentials";
    case RegistrantError::kTwoCredentials:
      return "More Than One Digest Authorization";
    case RegistrantError::kBadContact:
      return "Bad Contact";
  }
  return {};
}

sip::Result<Registrant, RegistrantError> read_registrant(const sip::Message& request) {
  const auto to = sip::to(request);
  const auto cseq = sip::cseq(request);
  auto aor = to ? ims::Impu::from(to->uri) : std::nullopt;
  if (!aor || !cseq) return RegistrantError::kNoIdentity;

  auto credentials = read_credentials(request);
  if (!credentials) return credentials.error();

  Registrant registrant{.impi = derive_impi(*aor), .aor = *aor};
  for (const std::string_view value : request.all(Field::kAuthorization)) {
    registrant.forged_flag |= mentions_flag(value);
  }
  if (credentials->has_value()) {
    if ((*credentials)->username.empty()) return RegistrantError::kNoIdentity;
    registrant.impi = {(*credentials)->username};
    registrant.credentials = std::move(**credentials);
  }
  registrant.contacts = sip::name_addrs(request, Field::kContact);
  const bool star = sip::has_contact_star(request);
  if (registrant.contacts.size() + (star ? 1 : 0) != request.count(Field::kContact)) {
    return RegistrantError::kBadContact;
  }
  registrant.call_id = sip::call_id(request);
  registrant.cseq = cseq->number;
  registrant.removes = removes_all(request, registrant.contacts);
  read_outbound(request, registrant);
  return registrant;
}

void write_flag(sip::Message& request, Flag flag) {
  std::vector<std::string> rows;
  for (const std::string_view value : request.all(Field::kAuthorization)) {
    auto credentials = sip::parse_credentials(value);
    if (!credentials) {
      if (!mentions_flag(value)) rows.emplace_back(value);
      continue;
    }
    credentials->params.remove(kFlagParam);
    const std::string_view text = flag_text(flag);
    if (!text.empty()) credentials->params.set(kFlagParam, std::string(text), true);
    rows.push_back(sip::write_credentials(*credentials));
  }
  request.remove(Field::kAuthorization);
  for (const std::string& row : rows) request.add(Field::kAuthorization, row);
}

bool same_contact(const sip::NameAddr& a, const sip::NameAddr& b) {
  const Flow5626 flow_a = read_flow(a);
  const Flow5626 flow_b = read_flow(b);
  if (flow_a.reg_id != 0 && flow_b.reg_id != 0) {
    return flow_a.instance == flow_b.instance && flow_a.reg_id == flow_b.reg_id;
  }
  return sip::equivalent(a.uri, b.uri);
}

}  // namespace sipward::pcscf
