// SPDX-License-Identifier: Apache-2.0
#include "agent/pcscf/own_addresses.h"

#include <algorithm>
#include <utility>

#include "sip/grammar.h"

namespace sipward::pcscf {
namespace {

constexpr std::uint16_t kSipPort = 5060;

sip::NameAddr make_hop(std::string token, std::string host, std::optional<std::uint16_t> port) {
  sip::NameAddr hop;
  hop.uri.user = std::move(token);
  hop.uri.host = std::move(host);
  hop.uri.port = port;
  hop.uri.params.set("lr");
  return hop;
}

}  // namespace

OwnAddresses::OwnAddresses(const Config& config) : endpoints_(config.listeners) {
  const auto literal = sip::IpAddress::parse(config.name);
  name_ = literal ? literal->host() : config.name;
  core_host_ = name_;
  if (config.core.transport == sip::Transport::kInternal) return;
  endpoints_.push_back(config.core.local);
  if (config.core.local.port == kSipPort) return;
  core_port_ = config.core.local.port;
  core_host_.append(":").append(std::to_string(config.core.local.port));
}

bool OwnAddresses::includes(const sip::Uri& uri) const {
  if (!uri.is_sip()) return false;
  if (sip::iequals(uri.host, name_)) return true;
  const auto ip = uri.ip();
  if (!ip) return false;
  const sip::Endpoint endpoint{.ip = *ip, .port = uri.port_or_default()};
  return std::find(endpoints_.begin(), endpoints_.end(), endpoint) != endpoints_.end();
}

sip::NameAddr OwnAddresses::core_uri(std::string token, bool ob) const {
  sip::NameAddr hop = make_hop(std::move(token), name_, core_port_);
  if (ob) hop.uri.params.set("ob");
  return hop;
}

sip::NameAddr OwnAddresses::access_uri(std::string token, const sip::Endpoint& listener) {
  return make_hop(std::move(token), listener.ip.host(), listener.port);
}

}  // namespace sipward::pcscf
