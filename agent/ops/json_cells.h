// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

/// Members of the daemon's answers as text for people. A member that is missing or of another type
/// is no error: the daemon may be of another version. What strangers chose is escaped.
namespace sipward::ops {

/// The member as text; `-` when it is not there.
[[nodiscard]] std::string cell(const nlohmann::json& object, const char* name);
/// 0 when it is not there.
[[nodiscard]] std::int64_t number(const nlohmann::json& object, const char* name);
[[nodiscard]] bool is_true(const nlohmann::json& object, const char* name);
/// Empty when it is not there.
[[nodiscard]] nlohmann::json array(const nlohmann::json& object, const char* name);
[[nodiscard]] nlohmann::json object(const nlohmann::json& from, const char* name);
/// A list of texts with a space between them; `-` when there is none.
[[nodiscard]] std::string words(const nlohmann::json& list);
/// `3725` -> `1h02m05s`.
[[nodiscard]] std::string duration(std::int64_t seconds);

}  // namespace sipward::ops
