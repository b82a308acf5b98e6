// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "sip/result.h"

namespace sipward::ops {

inline constexpr std::size_t kMaxPassword = 255;

/// A password never comes from the command line: everybody on the host could read it there.
struct Password {
  std::string text;
};

/// Asks twice on the controlling terminal, without echo.
sip::Result<Password, std::string> ask_password(std::string_view whose);
/// The first line of the descriptor, without its end.
sip::Result<Password, std::string> read_password(int fd);

}  // namespace sipward::ops
