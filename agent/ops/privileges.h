// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

namespace sipward::ops {

/// Gives up everything that a SIP parser must not have: root (to `user` and its groups), every
/// capability of every set, the right to gain any (no_new_privs), and core dumps with secrets in
/// them. Works as root and as an ordinary user. To be called before any thread is made:
/// capabilities belong to threads. What is wrong, or nullopt.
[[nodiscard]] std::optional<std::string> drop_privileges(const std::string& user);

}  // namespace sipward::ops
