// SPDX-License-Identifier: Apache-2.0
#include "agent/scscf/register_request.h"

#include <algorithm>
#include <array>
#include <utility>

#include "agent/scscf/procedure.h"
#include "sip/grammar.h"
#include "sip/headers.h"

namespace sipward::scscf {
namespace {

constexpr std::array<std::string_view, 3> kUnderstood = {"path", "outbound", "gruu"};
constexpr std::size_t kMaxInstanceLength = 256;

std::string unsupported_options(const sip::Message& request) {
  std::string list;
  for (const std::string_view option : request.all(sip::Field::kRequire)) {
    const bool known = std::any_of(kUnderstood.begin(), kUnderstood.end(),
                                   [&](const auto& k) { return sip::iequals(k, option); });
    if (known) continue;
    if (!list.empty()) list += ", ";
    list += option;
  }
  return list;
}

/// nullopt if a parameter does not parse.
std::optional<RequestedContact> read_contact(sip::NameAddr name, std::uint32_t expires) {
  RequestedContact wanted{.contact = std::move(name), .expires = expires, .instance = {}};
  sip::Params& params = wanted.contact.params;
  if (!wanted.contact.uri.is_sip()) return std::nullopt;
  if (const auto* own = params.find("expires")) {
    const auto value = own->value ? sip::parse_number(*own->value) : std::nullopt;
    if (!value) return std::nullopt;
    wanted.expires = *value;
  }
  params.remove("expires");
  wanted.instance = std::string(params.value("+sip.instance").value_or(""));
  if (wanted.instance.size() > kMaxInstanceLength) return std::nullopt;
  if (const auto* reg_id = params.find("reg-id")) {
    const auto value = reg_id->value ? sip::parse_number(*reg_id->value) : std::nullopt;
    if (!value || *value == 0) return std::nullopt;  // RFC 5626 4.2: 1 to 2^31 - 1
    wanted.reg_id = *value;
  }
  return wanted;
}

}  // namespace

Protection parse_protection(std::optional<std::string_view> value) {
  if (!value) return Protection::kAbsent;
  constexpr std::array<std::pair<std::string_view, Protection>, 4> kDigest = {{
      {"ip-assoc-pending", Protection::kIpAssocPending},
      {"ip-assoc-yes", Protection::kIpAssocYes},
      {"tls-pending", Protection::kTlsPending},
      {"tls-yes", Protection::kTlsYes},
  }};
  for (const auto& [text, protection] : kDigest) {
    if (sip::iequals(text, *value)) return protection;
  }
  return Protection::kOther;
}

bool allows_deregistration(Protection protection) {
  return protection == Protection::kIpAssocYes || protection == Protection::kTlsYes;
}

bool RegisterRequest::removes() const {
  return star || std::any_of(contacts.begin(), contacts.end(),
                             [](const auto& c) { return c.expires == 0; });
}

bool RegisterRequest::first_hop_has_outbound() const {
  return !path.empty() && path.back().uri.params.has("ob");
}

sip::Result<RegisterRequest, RegisterRefusal> parse_register(const sip::Message& request,
                                                             const Config& config) {
  if (!is_home(request.request_uri(), config)) {
    return RegisterRefusal{.status = 404, .reason = "Not a home domain"};
  }
  if (std::string options = unsupported_options(request); !options.empty()) {
    return RegisterRefusal{.status = 420, .reason = {}, .unsupported = std::move(options)};
  }
  const auto to = sip::to(request);
  const auto impu = to ? ims::Impu::from(to->uri) : std::nullopt;
  const auto cseq = sip::cseq(request);
  if (!impu || !cseq) {
    return RegisterRefusal{.status = 400, .reason = "To names no user"};
  }

  RegisterRequest wanted{.impu = *impu,
                         .contacts = {},
                         .star = sip::has_contact_star(request),
                         .path = sip::name_addrs(request, sip::Field::kPath),
                         .call_id = std::string(sip::call_id(request)),
                         .cseq = cseq->number};
  const auto header = sip::number(request, sip::Field::kExpires);
  if (wanted.star) {
    // RFC 3261 10.3 step 6: the star stands alone and only with Expires: 0.
    if (request.count(sip::Field::kContact) == 1 && header == 0U) return wanted;
    return RegisterRefusal{.status = 400, .reason = "Contact: * without Expires: 0"};
  }
  for (sip::NameAddr& name : sip::name_addrs(request, sip::Field::kContact)) {
    auto contact = read_contact(std::move(name), header.value_or(config.default_expires));
    if (!contact || wanted.contacts.size() >= config.max_contacts) {
      return RegisterRefusal{.status = 400,
                             .reason = contact ? "Too many Contacts" : "Bad Contact"};
    }
    wanted.contacts.push_back(std::move(*contact));
  }
  return wanted;
}

}  // namespace sipward::scscf
