// SPDX-License-Identifier: Apache-2.0
#include "agent/ims/identity.h"

#include "sip/escape.h"
#include "sip/grammar.h"

namespace sipward::ims {
namespace {

std::string canonical_tel(const sip::Uri& uri) {
  std::string out = "tel:" + sip::plain_number(uri.opaque);
  // They name the terminal too (RFC 3966 5.1.5, 5.2, 5.3), in this order (RFC 3966 3).
  for (const std::string_view name : {"ext", "isub", "phone-context"}) {
    const auto value = uri.params.value(name);
    if (!value) continue;
    out += ';';
    out += name;
    out += '=';
    out += sip::plain_phone_param(name, *value);
  }
  return out;
}

/// user=phone: the user part is a telephone-subscriber, its parameters included (RFC 3261 19.1.6).
std::optional<std::string> canonical_phone(const sip::Uri& uri) {
  if (!sip::iequals(uri.params.value("user").value_or(""), "phone")) return std::nullopt;
  const auto tel = sip::parse_uri("tel:" + sip::normalise_escapes(uri.user));
  if (!tel) return std::nullopt;
  return canonical_tel(*tel);
}

std::string canonical_sip(const sip::Uri& uri) {
  std::string out = uri.scheme == sip::UriScheme::kSips ? "sips:" : "sip:";
  out += sip::normalise_escapes(uri.user);
  out += '@';
  const auto ip = uri.ip();
  out += ip ? ip->host() : sip::to_lower(uri.host);
  if (uri.port) out += ':' + std::to_string(*uri.port);
  return out;
}

}  // namespace

std::optional<Impu> Impu::from(const sip::Uri& uri) {
  if (uri.scheme == sip::UriScheme::kTel) return Impu(canonical_tel(uri));
  if (!uri.is_sip() || uri.user.empty() || sip::has_escaped_control(uri.user)) return std::nullopt;
  if (auto phone = canonical_phone(uri)) return Impu(std::move(*phone));
  return Impu(canonical_sip(uri));
}

std::optional<Impu> Impu::parse(std::string_view text) {
  const auto uri = sip::parse_uri(text);
  return uri ? from(*uri) : std::nullopt;
}

}  // namespace sipward::ims
