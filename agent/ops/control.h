// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "agent/ims/actions.h"
#include "sip/result.h"

/// What both ends of the control API say: one request and one answer, each a line of JSON.
namespace sipward::ops {

inline constexpr std::size_t kMaxControlRequest = 4'096;
inline constexpr std::size_t kMaxControlAnswer = 16U << 20;

/// A source as an operator types it: `203.0.113.7`, `203.0.113.7:5060`, `2001:db8::1`,
/// `[2001:db8::1]:5060`. Port 0 when there is none.
[[nodiscard]] std::optional<sip::Endpoint> parse_source(std::string_view text);
/// What `BindingKey::text` writes: `udp 203.0.113.7:40001`, `any 203.0.113.7`.
[[nodiscard]] std::optional<ims::BindingKey> parse_binding_key(std::string_view text);

/// One line, without its end. What is not UTF-8 is replaced: a stranger's octets cannot break it.
[[nodiscard]] std::string write_line(const nlohmann::json& value);

/// Asks the daemon at `socket`. The error is a line for people.
sip::Result<nlohmann::json, std::string> call(const std::string& socket, std::string_view method,
                                              const nlohmann::json& params);

}  // namespace sipward::ops
