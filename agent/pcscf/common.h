// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>

#include "agent/pcscf/binding_table.h"
#include "agent/pcscf/charging.h"
#include "agent/pcscf/config.h"
#include "agent/pcscf/flow_token.h"
#include "agent/pcscf/own_addresses.h"
#include "sip/time.h"

namespace sipward::pcscf {

/// What the parts of the role share.
struct Common {
  Common(Config settings, sip::RandomSource source)
      : config(std::move(settings)),
        random(std::move(source)),
        own(config),
        tokens(random),
        table(config.max_bindings, config.max_bindings_per_impi) {}

  Config config;
  sip::RandomSource random;
  OwnAddresses own;
  FlowTokens tokens;
  BindingTable table;

  [[nodiscard]] std::string charging_vector(std::uint64_t icid) const {
    return ChargingVector{.icid = icid, .node = config.name, .originating = config.visited_network}
        .text();
  }
};

}  // namespace sipward::pcscf
