// SPDX-License-Identifier: Apache-2.0
#include "sip/method.h"

#include <algorithm>
#include <array>

namespace sipward::sip {
namespace {

/// In the order of `Method`.
constexpr auto kNames = std::to_array<std::string_view>(
    {"ACK", "BYE", "CANCEL", "INFO", "INVITE", "MESSAGE", "NOTIFY", "OPTIONS", "PRACK", "PUBLISH",
     "REFER", "REGISTER", "SUBSCRIBE", "UPDATE"});
static_assert(kNames.size() == static_cast<std::size_t>(Method::kOther));

}  // namespace

Method parse_method(std::string_view token) {
  const auto found = std::ranges::find(kNames, token);
  return static_cast<Method>(found - kNames.begin());
}

std::string_view method_name(Method method) {
  const auto index = static_cast<std::size_t>(method);
  return index < kNames.size() ? kNames[index] : std::string_view{};
}

}  // namespace sipward::sip
