// SPDX-License-Identifier: Apache-2.0
#include "agent/ops/config_kinds.h"

#include <fmt/format.h>

#include <algorithm>

#include "sip/uri.h"

namespace sipward::ops {
namespace {

constexpr std::size_t kMaxInterfaceName = 15;  // IFNAMSIZ
constexpr std::size_t kMaxName = kMaxNameLength;
constexpr std::size_t kMaxUserName = 31;
constexpr std::size_t kMaxPath = 4'095;
constexpr std::size_t kMaxSocketPath = 107;  // sockaddr_un

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

}  // namespace

std::optional<std::string> parse_interface(std::string_view text) {
  const bool good = !text.empty() && text.size() <= kMaxInterfaceName && text != "." &&
                    text != ".." && std::all_of(text.begin(), text.end(), [](char c) {
                      return c > ' ' && c < 0x7f && c != '/' && c != ':';
                    });
  return good ? std::optional(std::string(text)) : std::nullopt;
}

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

std::optional<sip::Endpoint> parse_udp(std::string_view text) {
  constexpr std::string_view kUdpPrefix = "udp:";
  if (!text.starts_with(kUdpPrefix)) return std::nullopt;
  const auto endpoint = sip::Endpoint::parse(text.substr(kUdpPrefix.size()));
  return endpoint && endpoint->port != 0 ? endpoint : std::nullopt;
}

std::optional<GuardedListener> parse_listener(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto transport = sip::parse_transport(text.substr(0, colon));
  const auto local = sip::Endpoint::parse(text.substr(colon + 1));
  if (!transport || *transport == sip::Transport::kInternal || !local || local->port == 0) {
    return std::nullopt;
  }
  return GuardedListener{.transport = *transport, .local = *local};
}

std::string list_words(std::span<const std::string_view> words) {
  return fmt::format(R"("{}" or "{}")", fmt::join(words.first(words.size() - 1), R"(", ")"),
                     words.back());
}

}  // namespace sipward::ops
