// SPDX-License-Identifier: Apache-2.0
#include "agent/ims/identity.h"

#include "sip/grammar.h"

namespace sipward::ims {
namespace {

std::string canonical_tel(std::string_view number, const sip::Params& params) {
  std::string out = "tel:" + sip::plain_number(number);
  // RFC 3966 5.1.5: a local number is the same only in the same context; ext and isub are part of
  // the number.
  for (const char* name : {"ext", "isub", "phone-context"}) {
    if (const auto value = params.value(name)) {
      out += ';';
      out += name;
      out += '=';
      out += sip::to_lower(sip::plain_number(*value));
    }
  }
  return out;
}

/// user=phone: the user part is a telephone-subscriber, parameters included (RFC 3261 19.1.6).
std::optional<std::string> canonical_phone(const sip::Uri& uri) {
  const auto tel = sip::parse_uri("tel:" + sip::normalise_escapes(uri.user));
  if (!tel) return std::nullopt;
  return canonical_tel(tel->opaque, tel->params);
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
  if (uri.scheme == sip::UriScheme::kTel) return Impu(canonical_tel(uri.opaque, uri.params));
  if (!uri.is_sip() || uri.user.empty()) return std::nullopt;
  if (sip::iequals(uri.params.value("user").value_or(""), "phone")) {
    if (auto tel = canonical_phone(uri)) return Impu(std::move(*tel));
  }
  return Impu(canonical_sip(uri));
}

std::optional<Impu> Impu::parse(std::string_view text) {
  const auto uri = sip::parse_uri(text);
  return uri ? from(*uri) : std::nullopt;
}

}  // namespace sipward::ims
