// SPDX-License-Identifier: Apache-2.0
#include "agent/ops/config.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <system_error>

#include "agent/ops/config_reader.h"
#include "agent/ops/config_sections.h"
#include "agent/ops/config_words.h"
#include "agent/ops/text.h"

namespace sipward::ops {
namespace {

constexpr std::size_t kMaxParserWords = 300;

ConfigErrors refuse(std::string_view file, std::string_view text) {
  return {fmt::format("{}: {}", file, text)};
}

ConfigErrors describe_syntax_error(const toml::parse_error& error, std::string_view file) {
  const auto& at = error.source().begin;
  return {fmt::format("{}:{}:{}: not TOML: {}", file, at.line, at.column,
                      escape(error.description(), kMaxParserWords))};
}

/// `anchor interface, mac; reverse path strict; allow all, deny 2, refuse bogons; fail closed`
std::string describe_policy(const InterfacePolicy& policy) {
  std::vector<std::string_view> anchor;
  for (const auto field : policy.anchor) anchor.push_back(word_of(field));
  return fmt::format("anchor {}; reverse path {}; allow {}, deny {}, {} bogons; fail {}",
                     anchor.empty() ? "none" : fmt::format("{}", fmt::join(anchor, ", ")),
                     word_of(policy.reverse_path),
                     policy.allow.empty() ? "all" : std::to_string(policy.allow.size()),
                     policy.deny.size(), policy.bogons ? "refuse" : "admit",
                     word_of(policy.fail_mode));
}

std::string describe_gate(const Config& config) {
  if (!config.gate) return "gate: none, the user-space table alone decides\n";
  const GateConfig& gate = *config.gate;
  std::string text = fmt::format("gate: {} on {}, pinned under {}\n", mode_name(gate.mode),
                                 fmt::join(gate.interfaces, ", "), gate.pin_path);
  std::vector<std::string> guarded;
  for (const GuardedListener& one : gate.guard) {
    guarded.push_back(fmt::format("{}:{}", sip::transport_name(one.transport), one.local.text()));
  }
  if (!guarded.empty()) text += fmt::format("gate: also guards {}\n", fmt::join(guarded, ", "));
  text += fmt::format("gate: fragments {}, suspect rows {}\n", word_of(gate.fragments),
                      word_of(gate.suspect));
  text += fmt::format("gate: {}\n", describe_policy(gate.policy));
  for (const auto& [name, policy] : gate.policies) {
    text += fmt::format("gate: on {}: {}\n", name, describe_policy(policy));
  }
  return text;
}

std::string describe_pcscf(const PcscfConfig& pcscf) {
  std::vector<std::string> listeners;
  for (const sip::Endpoint& endpoint : pcscf.listen) listeners.push_back("udp:" + endpoint.text());
  const std::string core =
      pcscf.upstream ? "core at udp:" + pcscf.upstream->text() : "core in this process";
  return fmt::format("pcscf: {} at {}, {}\n", pcscf.name, fmt::join(listeners, ", "), core);
}

std::string describe_scscf(const ScscfConfig& scscf) {
  const std::string where = scscf.listen ? " at udp:" + scscf.listen->text() : "";
  return fmt::format("scscf: {}{}, domains {}, subscribers in {}\n", scscf.name, where,
                     fmt::join(scscf.domains, ", "), scscf.subscribers);
}

}  // namespace

sip::Result<Config, ConfigErrors> parse_config(std::string_view text, std::string_view file) {
  if (text.size() > kMaxConfigLength) return refuse(file, "longer than 1 MiB");
  try {
    const toml::table root = toml::parse(text);
    ConfigProblems problems(root, file);
    Config config = read_sections(root, problems);
    check_together(config, problems);
    if (!problems.empty()) return problems.lines();
    return config;
  } catch (const toml::parse_error& error) {
    return describe_syntax_error(error, file);
  }
}

sip::Result<Config, ConfigErrors> load_config(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return refuse(path, fmt::format("cannot be read: {}", std::strerror(errno)));
  std::string text(kMaxConfigLength + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad()) return refuse(path, fmt::format("cannot be read: {}", std::strerror(errno)));
  text.resize(static_cast<std::size_t>(file.gcount()));
  return parse_config(text, path);
}

std::string_view mode_name(GateConfig::Mode mode) { return word_of(mode); }

std::string describe(const Config& config) {
  std::string text = describe_gate(config);
  if (config.pcscf) text += describe_pcscf(*config.pcscf);
  if (config.scscf) text += describe_scscf(*config.scscf);
  return text;
}

}  // namespace sipward::ops
