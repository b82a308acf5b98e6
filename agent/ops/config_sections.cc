// SPDX-License-Identifier: Apache-2.0
#include "agent/ops/config_sections.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "agent/ops/config_kinds.h"
#include "agent/ops/text.h"

namespace sipward::ops {
namespace {

constexpr std::uint32_t kMaxSeconds = 30 * 24 * 3'600;

void read(Section& section, PcscfConfig& pcscf) {
  section.require({"listen", "name", "visited_network"});
  section.read("listen", pcscf.listen, kUdp, kMaxListeners);
  section.read("name", pcscf.name, kHost);
  section.read("visited_network", pcscf.visited_network, kHost);
  section.read("upstream", pcscf.upstream, kUdp);
  section.read("core_listen", pcscf.core_listen, kUdp);
  section.read("core_peers", pcscf.core_peers, kAddress, kMaxListed);
  read_word(section, "ip_check", pcscf.ip_check);
  read_word(section, "nat_without_outbound", pcscf.nat_without_outbound);
  read_word(section, "on_shared_ip", pcscf.on_shared_ip);
  read_word(section, "unbound_action", pcscf.unbound_action);
  read_word(section, "route_mismatch", pcscf.route_mismatch);
  section.read("keep_alive", pcscf.keep_alive, {.min = 10, .max = 840, .or_zero = true});
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
  read_word(section, "proxy_auth", scscf.proxy_auth);
  read_word(section, "precedence_mismatch", scscf.precedence_mismatch);
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
  read_word(section, "log_level", daemon.log_level);
  section.read("log_rate", daemon.log_rate, {.min = 1, .max = 100'000});
}

void read(Section& section, GateConfig& gate) { read_gate(section, gate); }

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
    problems.add_at(key.source(), escape(name, kMaxNameLength),
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
