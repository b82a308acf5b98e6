// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "agent/node/node.h"
#include "sip/result.h"

namespace sipward::node {

/// `address.release` of the control API: {"address": "203.0.113.7", "port": 40001} ->
/// {"released": 1}. Without a port, all of the address. An address without rows is no error: who
/// takes addresses back does not know which of them had registered.
[[nodiscard]] sip::Result<nlohmann::json, std::string> release_address(
    Node& node, const nlohmann::json& params);

/// `bindings.reconcile`: compares the kernel's rows with the table and mends what differs; how many
/// were missing, different, extra, refused.
[[nodiscard]] sip::Result<nlohmann::json, std::string> reconcile_bindings(Node& node);

}  // namespace sipward::node
