// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <map>
#include <utility>

#include "agent/ops/config_sections.h"

namespace sipward::ops {
namespace {

/// A local address and the key that names it.
struct Local {
  std::string path;
  sip::Endpoint endpoint;
  sip::Transport transport = sip::Transport::kUdp;
};

std::vector<Local> local_addresses(const Config& config) {
  std::vector<Local> all;
  if (config.pcscf) {
    for (std::size_t i = 0; i < config.pcscf->listen.size(); ++i) {
      all.push_back({fmt::format("pcscf.listen[{}]", i), config.pcscf->listen[i]});
    }
    if (config.pcscf->core_listen) all.push_back({"pcscf.core_listen", *config.pcscf->core_listen});
  }
  if (config.scscf && config.scscf->listen) all.push_back({"scscf.listen", *config.scscf->listen});
  if (!config.gate) return all;
  for (std::size_t i = 0; i < config.gate->guard.size(); ++i) {
    const GuardedListener& guarded = config.gate->guard[i];
    all.push_back({fmt::format("gate.guard[{}]", i), guarded.local, guarded.transport});
  }
  return all;
}

void check_addresses(const Config& config, ConfigProblems& problems) {
  // TCP and TLS are one protocol to the kernel.
  std::map<std::pair<sip::Endpoint, bool>, std::string> seen;
  for (const Local& local : local_addresses(config)) {
    if (local.endpoint.ip.is_unspecified()) {
      problems.add(local.path,
                   "a wildcard address: a flow has a local end, and the gate guards addresses; "
                   "name each address");
    }
    const auto [first, fresh] = seen.emplace(
        std::pair(local.endpoint, local.transport == sip::Transport::kUdp), local.path);
    if (!fresh) problems.add(local.path, fmt::format("stands at '{}' already", first->second));
  }
}

/// A socket sends to addresses of its own family only.
void check_family(const Local& from, const std::optional<sip::Endpoint>& to,
                  const std::string& to_path, ConfigProblems& problems) {
  if (!to || to->ip.is_v4() == from.endpoint.ip.is_v4()) return;
  problems.add(to_path, fmt::format("not of the address family of '{}'", from.path));
}

void check_remote_core(const PcscfConfig& pcscf, ConfigProblems& problems) {
  if (!pcscf.upstream) problems.add("pcscf.upstream", "required without [scscf]");
  if (!pcscf.core_listen) problems.add("pcscf.core_listen", "required without [scscf]");
  if (!pcscf.core_listen) return;
  check_family({"pcscf.core_listen", *pcscf.core_listen}, pcscf.upstream, "pcscf.upstream",
               problems);
}

void check_embedded(const PcscfConfig& pcscf, const ScscfConfig& scscf, ConfigProblems& problems) {
  constexpr std::string_view kInside = "[scscf] is in this file: the core is in this process";
  if (pcscf.upstream) problems.add("pcscf.upstream", kInside);
  if (pcscf.core_listen) problems.add("pcscf.core_listen", kInside);
  if (!pcscf.core_peers.empty()) problems.add("pcscf.core_peers", kInside);
  if (!pcscf.name.empty() && pcscf.name == scscf.name) {
    problems.add("scscf.name", "is also the P-CSCF's: a Route could not tell the roles apart");
  }
}

void check_scscf(const ScscfConfig& scscf, bool alone, ConfigProblems& problems) {
  if (alone && !scscf.listen) problems.add("scscf.listen", "required without [pcscf]");
  if (alone && scscf.trusted_peers.empty()) {
    problems.add("scscf.trusted_peers", "required without [pcscf]: nobody could talk to us");
  }
  if (!scscf.listen && !scscf.trusted_peers.empty()) {
    problems.add("scscf.trusted_peers", "needs 'scscf.listen'");
  }
  if (!scscf.listen && scscf.next_hop) problems.add("scscf.next_hop", "needs 'scscf.listen'");
  if (scscf.listen) {
    check_family({"scscf.listen", *scscf.listen}, scscf.next_hop, "scscf.next_hop", problems);
  }
  if (scscf.min_expires > scscf.default_expires) {
    problems.add("scscf.min_expires", "greater than 'default_expires'");
  }
  if (scscf.default_expires > scscf.max_expires) {
    problems.add("scscf.default_expires", "greater than 'max_expires'");
  }
}

void check_guard(const Config& config, ConfigProblems& problems) {
  if (!config.gate || !config.pcscf) return;
  if (config.gate->guard.size() + config.pcscf->listen.size() <= kMaxListeners) return;
  problems.add("gate.guard",
               fmt::format("with 'pcscf.listen', more than {} listeners", kMaxListeners));
}

}  // namespace

void check_together(const Config& config, ConfigProblems& problems) {
  if (!config.pcscf && !config.scscf) {
    problems.add("", "no role: [pcscf], [scscf] or both are needed");
  }
  if (config.gate && !config.pcscf) {
    problems.add("gate", "guards the listeners of [pcscf], which is not there");
  }
  check_addresses(config, problems);
  check_guard(config, problems);
  if (config.pcscf && config.scscf) check_embedded(*config.pcscf, *config.scscf, problems);
  if (config.pcscf && !config.scscf) check_remote_core(*config.pcscf, problems);
  if (config.scscf) check_scscf(*config.scscf, !config.pcscf, problems);
}

}  // namespace sipward::ops
