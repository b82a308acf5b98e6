// SPDX-License-Identifier: Apache-2.0
#include "agent/ops/config_sections.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "agent/ops/text.h"
#include "sip/uri.h"

namespace sipward::ops {
namespace {

constexpr std::size_t kMaxInterfaceName = 15;  // IFNAMSIZ
constexpr std::size_t kMaxName = 255;
constexpr std::size_t kMaxUserName = 31;
constexpr std::size_t kMaxPath = 4'095;
constexpr std::size_t kMaxSocketPath = 107;  // sockaddr_un
constexpr std::size_t kMaxListed = 256;
constexpr std::uint32_t kMaxRate = 10'000'000;
constexpr std::uint32_t kMaxSeconds = 30 * 24 * 3'600;

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

std::optional<std::string> parse_interface(std::string_view text) {
  const bool good = !text.empty() && text.size() <= kMaxInterfaceName && text != "." &&
                    text != ".." && std::all_of(text.begin(), text.end(), [](char c) {
                      return c > ' ' && c < 0x7f && c != '/' && c != ':';
                    });
  return good ? std::optional(std::string(text)) : std::nullopt;
}

/// An absolute path in its shortest form, so that one place has one spelling.
std::optional<std::string> parse_path(std::string_view text) {
  if (!text.starts_with('/') || text.size() > kMaxPath || text.ends_with('/')) return std::nullopt;
  const std::string bounded = std::string(text) + "/";
  for (const std::string_view bad : {"//", "/./", "/../"}) {
    if (bounded.find(bad) != std::string::npos) return std::nullopt;
  }
  if (text.find('\0') != std::string_view::npos) return std::nullopt;
  return std::string(text);
}

std::optional<std::string> parse_socket_path(std::string_view text) {
  return text.size() <= kMaxSocketPath ? parse_path(text) : std::nullopt;
}

std::optional<std::string> parse_user(std::string_view text) {
  const bool good = !text.empty() && text.size() <= kMaxUserName &&
                    std::all_of(text.begin(), text.end(), [](char c) {
                      return is_letter_or_digit(c) || c == '_' || c == '-';
                    });
  return good ? std::optional(std::string(text)) : std::nullopt;
}

/// What may stand as the host of a SIP URI; a name in lower case.
std::optional<std::string> parse_host(std::string_view text) {
  if (text.empty() || text.size() > kMaxName) return std::nullopt;
  if (text.find_first_of("@;?") != std::string_view::npos) return std::nullopt;
  const auto uri = sip::parse_uri("sip:" + std::string(text));
  if (!uri || uri->port || !uri->user.empty() || !uri->params.empty()) return std::nullopt;
  std::string host = uri->host;
  std::transform(host.begin(), host.end(), host.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return host;
}

std::optional<std::string> parse_realm(std::string_view text) {
  const bool good =
      !text.empty() && text.size() <= kMaxName && std::all_of(text.begin(), text.end(), [](char c) {
        return c >= ' ' && c < 0x7f && c != '"' && c != '\\';
      });
  return good ? std::optional(std::string(text)) : std::nullopt;
}

/// `udp:ADDRESS:PORT`. The transport is written out because more are to come.
std::optional<sip::Endpoint> parse_udp(std::string_view text) {
  constexpr std::string_view kPrefix = "udp:";
  if (!text.starts_with(kPrefix)) return std::nullopt;
  const auto endpoint = sip::Endpoint::parse(text.substr(kPrefix.size()));
  return endpoint && endpoint->port != 0 ? endpoint : std::nullopt;
}

constexpr Kind<std::string> kInterface{"the name of a network interface", parse_interface};
constexpr Kind<std::string> kPath{"an absolute path without . or ..", parse_path};
constexpr Kind<std::string> kSocketPath{"an absolute path of at most 107 octets",
                                        parse_socket_path};
constexpr Kind<std::string> kUser{"the name of a system user", parse_user};
constexpr Kind<std::string> kHost{"a host name or an address ([...] for IPv6) without port",
                                  parse_host};
constexpr Kind<std::string> kRealm{"a realm: printable ASCII without quotes", parse_realm};
constexpr Kind<sip::Endpoint> kUdp{"udp:ADDRESS:PORT", parse_udp};
constexpr Kind<sip::IpAddress> kAddress{"an IPv4 or IPv6 address", sip::IpAddress::parse};

template <class E, std::size_t N>
std::optional<E> choose(const std::array<std::pair<std::string_view, E>, N>& words,
                        std::string_view text) {
  for (const auto& [word, value] : words) {
    if (word == text) return value;
  }
  return std::nullopt;
}

template <class E, std::size_t N>
using Words = std::array<std::pair<std::string_view, E>, N>;

constexpr Kind<GateConfig::Mode> kMode{
    R"("monitor" or "enforce")", [](std::string_view text) {
      using enum GateConfig::Mode;
      return choose(Words<GateConfig::Mode, 2>{{{"monitor", kMonitor}, {"enforce", kEnforce}}},
                    text);
    }};
constexpr Kind<GateConfig::TagCarrier> kTagCarrier{
    R"("auto", "tcx" or "clsact")", [](std::string_view text) {
      using enum GateConfig::TagCarrier;
      return choose(
          Words<GateConfig::TagCarrier, 3>{{{"auto", kAuto}, {"tcx", kTcx}, {"clsact", kClsact}}},
          text);
    }};
constexpr Kind<PcscfConfig::IpCheck> kIpCheck{
    R"("ip", "ip_port" or "auto")", [](std::string_view text) {
      using enum PcscfConfig::IpCheck;
      return choose(
          Words<PcscfConfig::IpCheck, 3>{{{"ip", kIp}, {"ip_port", kIpPort}, {"auto", kAuto}}},
          text);
    }};
constexpr Kind<PcscfConfig::NatWithoutOutbound> kNatWithoutOutbound{
    R"("421", "403" or "accept")", [](std::string_view text) {
      using enum PcscfConfig::NatWithoutOutbound;
      return choose(
          Words<PcscfConfig::NatWithoutOutbound, 3>{
              {{"421", kRequireOutbound}, {"403", kForbid}, {"accept", kAccept}}},
          text);
    }};
constexpr Kind<PcscfConfig::OnSharedIp> kOnSharedIp{
    R"("alarm", "refuse" or "portbind")", [](std::string_view text) {
      using enum PcscfConfig::OnSharedIp;
      return choose(
          Words<PcscfConfig::OnSharedIp, 3>{
              {{"alarm", kAlarm}, {"refuse", kRefuse}, {"portbind", kPortBind}}},
          text);
    }};
constexpr Kind<PcscfConfig::UnboundAction> kUnboundAction{
    R"("discard" or "403")", [](std::string_view text) {
      using enum PcscfConfig::UnboundAction;
      return choose(Words<PcscfConfig::UnboundAction, 2>{{{"discard", kDiscard}, {"403", kForbid}}},
                    text);
    }};
constexpr Kind<PcscfConfig::RouteMismatch> kRouteMismatch{
    R"("replace" or "reject")", [](std::string_view text) {
      using enum PcscfConfig::RouteMismatch;
      return choose(
          Words<PcscfConfig::RouteMismatch, 2>{{{"replace", kReplace}, {"reject", kReject}}}, text);
    }};
constexpr Kind<ScscfConfig::ProxyAuth> kProxyAuth{
    R"("never", "if_present", "initial" or "always")", [](std::string_view text) {
      using enum ScscfConfig::ProxyAuth;
      return choose(Words<ScscfConfig::ProxyAuth, 4>{{{"never", kNever},
                                                      {"if_present", kIfPresent},
                                                      {"initial", kInitial},
                                                      {"always", kAlways}}},
                    text);
    }};
constexpr Kind<ScscfConfig::PrecedenceMismatch> kPrecedenceMismatch{
    R"("rewrite" or "reject")", [](std::string_view text) {
      using enum ScscfConfig::PrecedenceMismatch;
      return choose(
          Words<ScscfConfig::PrecedenceMismatch, 2>{{{"rewrite", kRewrite}, {"reject", kReject}}},
          text);
    }};
constexpr Kind<LogLevel> kLogLevel{R"("debug", "info", "notice", "warning" or "error")",
                                   [](std::string_view text) {
                                     using enum LogLevel;
                                     return choose(Words<LogLevel, 5>{{{"debug", kDebug},
                                                                       {"info", kInfo},
                                                                       {"notice", kNotice},
                                                                       {"warning", kWarning},
                                                                       {"error", kError}}},
                                                   text);
                                   }};

void read(Section& section, GateConfig& gate) {
  section.require({"interfaces"});
  section.read("interfaces", gate.interfaces, kInterface, kMaxInterfaces);
  section.read("mode", gate.mode, kMode);
  section.read("pin_path", gate.pin_path, kPath);
  section.read("max_bindings", gate.max_bindings, {.min = 1, .max = 1U << 24});
  section.read("allow_generic", gate.allow_generic);
  section.read("tag_carrier", gate.tag_carrier, kTagCarrier);
  section.read("emergency", gate.emergency);
  const Range rate{.min = 0, .max = kMaxRate};
  section.read("register_rate_per_source", gate.register_rate_per_source, rate);
  section.read("register_rate_total", gate.register_rate_total, rate);
  section.read("keepalive_rate_per_source", gate.keepalive_rate_per_source, rate);
  section.read("keepalive_rate_total", gate.keepalive_rate_total, rate);
}

void read(Section& section, PcscfConfig& pcscf) {
  section.require({"listen", "name", "visited_network"});
  section.read("listen", pcscf.listen, kUdp, kMaxListeners);
  section.read("name", pcscf.name, kHost);
  section.read("visited_network", pcscf.visited_network, kHost);
  section.read("upstream", pcscf.upstream, kUdp);
  section.read("core_listen", pcscf.core_listen, kUdp);
  section.read("core_peers", pcscf.core_peers, kAddress, kMaxListed);
  section.read("ip_check", pcscf.ip_check, kIpCheck);
  section.read("nat_without_outbound", pcscf.nat_without_outbound, kNatWithoutOutbound);
  section.read("on_shared_ip", pcscf.on_shared_ip, kOnSharedIp);
  section.read("unbound_action", pcscf.unbound_action, kUnboundAction);
  section.read("route_mismatch", pcscf.route_mismatch, kRouteMismatch);
  section.read("max_bindings_per_impi", pcscf.max_bindings_per_impi, {.min = 1, .max = 1'000});
  section.read("max_pending_registrations", pcscf.max_pending_registrations,
               {.min = 1, .max = 1'000'000});
}

void read(Section& section, ScscfConfig& scscf) {
  section.require({"name", "domains", "realm", "subscribers"});
  section.read("name", scscf.name, kHost);
  section.read("domains", scscf.domains, kHost, kMaxListed);
  section.read("realm", scscf.realm, kRealm);
  section.read("subscribers", scscf.subscribers, kPath);
  section.read("listen", scscf.listen, kUdp);
  section.read("trusted_peers", scscf.trusted_peers, kAddress, kMaxListed);
  section.read("trusted_via_hosts", scscf.trusted_via_hosts, kHost, kMaxListed);
  section.read("next_hop", scscf.next_hop, kUdp);
  section.read("proxy_auth", scscf.proxy_auth, kProxyAuth);
  section.read("precedence_mismatch", scscf.precedence_mismatch, kPrecedenceMismatch);
  const Range seconds{.min = 1, .max = kMaxSeconds};
  section.read("min_expires", scscf.min_expires, seconds);
  section.read("default_expires", scscf.default_expires, seconds);
  section.read("max_expires", scscf.max_expires, seconds);
  section.read("nonce_lifetime", scscf.nonce_lifetime, {.min = 10, .max = 86'400});
}

void read(Section& section, DaemonConfig& daemon) {
  section.read("user", daemon.user, kUser);
  section.read("control", daemon.control, kSocketPath);
  section.read("state", daemon.state, kPath);
  section.read("log_level", daemon.log_level, kLogLevel);
  section.read("log_rate", daemon.log_rate, {.min = 1, .max = 100'000});
}

template <class Values>
std::optional<Values> read_section(const toml::table& root, const std::string& name,
                                   ConfigProblems& problems) {
  const toml::node* node = root.get(name);
  if (node == nullptr) return std::nullopt;
  const toml::table* table = node->as_table();
  Values values;
  if (table == nullptr) {
    problems.add(name, fmt::format("expected a section [{}]", name));
    return values;
  }
  Section section(*table, name, problems);
  read(section, values);
  section.refuse_unknown_keys();
  return values;
}

void refuse_unknown_sections(const toml::table& root, ConfigProblems& problems) {
  for (const auto& [key, node] : root) {
    const std::string_view name = key.str();
    if (name == "gate" || name == "pcscf" || name == "scscf" || name == "daemon") continue;
    problems.add_at(key.source(), escape(name, kMaxName),
                    "unknown; the sections are [gate], [pcscf], [scscf] and [daemon]");
  }
}

}  // namespace

Config read_sections(const toml::table& root, ConfigProblems& problems) {
  Config config;
  config.gate = read_section<GateConfig>(root, "gate", problems);
  config.pcscf = read_section<PcscfConfig>(root, "pcscf", problems);
  config.scscf = read_section<ScscfConfig>(root, "scscf", problems);
  if (auto daemon = read_section<DaemonConfig>(root, "daemon", problems)) config.daemon = *daemon;
  refuse_unknown_sections(root, problems);
  return config;
}

}  // namespace sipward::ops
