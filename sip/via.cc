// SPDX-License-Identifier: Apache-2.0
#include "sip/via.h"

#include <algorithm>

#include "sip/grammar.h"

namespace sipward::sip {
namespace {

constexpr std::string_view kCookie = "z9hG4bK";

/// The word before the next slash; nullopt without one.
std::optional<std::string_view> take_until_slash(std::string_view& text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const std::string_view word = trim(text.substr(0, slash));
  text.remove_prefix(slash + 1);
  return word;
}

/// `SIP / 2.0 / transport LWS`; the transport in upper case, `text` moves to the sent-by.
std::optional<std::string> take_protocol(std::string_view& text) {
  if (!iequals(take_until_slash(text).value_or(""), "SIP")) return std::nullopt;
  if (take_until_slash(text) != "2.0") return std::nullopt;
  text = trim(text);
  const std::size_t space = text.find_first_of(" \t");
  if (space == std::string_view::npos || !is_token(text.substr(0, space))) return std::nullopt;
  std::string transport(text.substr(0, space));
  std::ranges::transform(transport, transport.begin(), to_upper);
  text = trim(text.substr(space));
  return transport;
}

/// RFC 3261 25.1 and RFC 3581 7 give these a grammar of their own, without quotes.
bool is_via_param(const Param& param) {
  const std::string_view value = param.value ? std::string_view(*param.value) : "";
  const auto is_named = [&](std::string_view name) { return iequals(param.name, name); };
  if (is_named("rport")) return !param.value || (!param.quoted && parse_port(value));
  if (is_named("received")) return !param.quoted && host_address(value);
  if (is_named("branch")) return !param.quoted && is_token(value);
  if (is_named("maddr")) return !param.quoted && is_host(value);
  if (is_named("ttl")) return !param.quoted && is_ttl(value);
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
  auto transport = take_protocol(text);
  if (!transport) return ViaError::kBadProtocol;
  const std::size_t semicolon = std::min(text.find(';'), text.size());
  const auto sent_by = parse_host_port(trim(text.substr(0, semicolon)), true);
  if (!sent_by) {
    return sent_by.error() == HostPortError::kBadHost ? ViaError::kBadHost : ViaError::kBadPort;
  }
  auto params = parse_params(text.substr(semicolon));
  if (!params || !std::ranges::all_of(*params, is_via_param)) return ViaError::kBadParams;
  return Via{.transport = std::move(*transport),
             .host = std::string(sent_by->host),
             .port = sent_by->port,
             .params = std::move(*params)};
}

void note_source(Via& via, const Endpoint& source) {
  via.params.set("received", source.ip.text());
  if (via.params.has("rport")) via.params.set("rport", std::to_string(source.port));
}

// maddr is left out on purpose: it names a multicast group (RFC 3261 18.2.2), which IMS has none
// of, and would send our answers wherever a stranger likes.
std::optional<Endpoint> response_target(const Via& via) {
  const auto ip = host_address(via.params.value("received").value_or(via.host));
  if (!ip) return std::nullopt;
  std::uint16_t port = via.port_or_default();
  if (const auto rport = via.params.value("rport")) port = parse_port(*rport).value_or(port);
  return Endpoint{.ip = *ip, .port = port};
}

}  // namespace sipward::sip
