// SPDX-License-Identifier: Apache-2.0
#include "sip/via.h"

#include "sip/grammar.h"

namespace sipward::sip {
namespace {

constexpr std::string_view kCookie = "z9hG4bK";

std::string_view next_until(std::string_view& text, char end) {
  const std::size_t at = text.find(end);
  if (at == std::string_view::npos) return {};
  const std::string_view part = trim(text.substr(0, at));
  text.remove_prefix(at + 1);
  return part;
}

std::string_view unbracketed(std::string_view host) {
  return host.starts_with('[') && host.ends_with(']') ? host.substr(1, host.size() - 2) : host;
}

bool are_via_params(const Params& params) {
  if (const Param* received = params.find("received")) {
    if (!received->value || !IpAddress::parse(unbracketed(*received->value))) return false;
  }
  if (const Param* branch = params.find("branch")) {
    if (!branch->value || !is_token(*branch->value)) return false;
  }
  if (const Param* maddr = params.find("maddr")) {
    if (!maddr->value || !is_host(*maddr->value)) return false;
  }
  if (const Param* rport = params.find("rport")) {
    if (rport->value && !parse_port(*rport->value)) return false;
  }
  if (const Param* ttl = params.find("ttl")) {
    if (!ttl->value || ttl->value->size() > 3) return false;
    for (const char c : *ttl->value) {
      if (!is_digit(c)) return false;
    }
    if (std::stoi(*ttl->value) > 255) return false;
  }
  return true;
}

}  // namespace

std::string_view Via::branch() const { return params.value("branch").value_or(""); }

bool Via::has_rfc3261_branch() const {
  const std::string_view text = branch();
  return text.size() > kCookie.size() && iequals(text.substr(0, kCookie.size()), kCookie);
}

std::string Via::sent_by() const {
  std::string out = to_lower(host);
  if (port) out += ':' + std::to_string(*port);
  return out;
}

std::string Via::text() const {
  std::string out = "SIP/2.0/" + transport + ' ' + host;
  if (port) out += ':' + std::to_string(*port);
  append_params(out, params);
  return out;
}

std::string_view describe(ViaError error) {
  switch (error) {
    case ViaError::kBadProtocol:
      return "sent-protocol is not SIP/2.0 and a transport";
    case ViaError::kBadHost:
      return "sent-by host does not parse";
    case ViaError::kBadPort:
      return "sent-by port does not parse";
    case ViaError::kBadParams:
      return "Via parameters do not parse";
  }
  return "Via does not parse";
}

Result<Via, ViaError> parse_via(std::string_view text) {
  text = trim(text);
  if (!iequals(next_until(text, '/'), "SIP") || next_until(text, '/') != "2.0") {
    return ViaError::kBadProtocol;
  }
  text = trim(text);
  const std::size_t space = text.find_first_of(" \t");
  const std::string_view transport = text.substr(0, space);
  if (space == std::string_view::npos || !is_token(transport)) return ViaError::kBadProtocol;
  Via via{.transport = {}, .host = {}, .port = std::nullopt, .params = {}};
  for (const char c : transport) {
    via.transport += (c >= 'a' && c <= 'z') ? static_cast<char>(c - 'a' + 'A') : c;
  }
  text = trim(text.substr(space));
  const std::size_t semicolon = text.find(';');
  const std::string_view sent_by = trim(text.substr(0, semicolon));
  const auto host_port = parse_host_port(sent_by, true);
  if (!host_port)
    return sent_by.find(':') == std::string_view::npos ? ViaError::kBadHost : ViaError::kBadPort;
  via.host = std::string(host_port->host);
  via.port = host_port->port;
  auto params = parse_params(semicolon == std::string_view::npos ? "" : text.substr(semicolon));
  if (!params || !are_via_params(*params)) return ViaError::kBadParams;
  via.params = std::move(*params);
  return via;
}

void note_source(Via& via, const Endpoint& source) {
  via.params.set("received", source.ip.text());
  if (via.params.has("rport")) via.params.set("rport", std::to_string(source.port));
}

std::optional<Endpoint> response_target(const Via& via) {
  const std::string_view received = via.params.value("received").value_or(via.host);
  const auto ip = IpAddress::parse(unbracketed(received));
  if (!ip) return std::nullopt;
  std::uint16_t port = via.port_or_default();
  if (const auto rport = via.params.value("rport")) port = parse_port(*rport).value_or(port);
  return Endpoint{.ip = *ip, .port = port};
}

}  // namespace sipward::sip
