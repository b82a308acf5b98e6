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

std::string describe_gate(const Config& config) {
  if (!config.gate) return "gate: none, the user-space table alone decides\n";
  return fmt::format("gate: {} on {}, pinned under {}\n", mode_name(config.gate->mode),
                     fmt::join(config.gate->interfaces, ", "), config.gate->pin_path);
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

std::string_view mode_name(GateConfig::Mode mode) {
  return mode == GateConfig::Mode::kEnforce ? "enforce" : "monitor";
}

std::string describe(const Config& config) {
  std::string text = describe_gate(config);
  if (config.pcscf) text += describe_pcscf(*config.pcscf);
  if (config.scscf) text += describe_scscf(*config.scscf);
  return text;
}

}  // namespace sipward::ops
