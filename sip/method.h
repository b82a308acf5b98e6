// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

namespace sipward::sip {

/// Methods the product knows; any other token is legal and kOther. Case-sensitive (RFC 3261 7.1).
enum class Method : std::uint8_t {
  kAck,
  kBye,
  kCancel,
  kInfo,
  kInvite,
  kMessage,
  kNotify,
  kOptions,
  kPrack,
  kPublish,
  kRefer,
  kRegister,
  kSubscribe,
  kUpdate,
  kOther,
};

[[nodiscard]] Method parse_method(std::string_view token);
[[nodiscard]] std::string_view method_name(Method method);  ///< empty for kOther

}  // namespace sipward::sip
