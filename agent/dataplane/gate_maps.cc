// SPDX-License-Identifier: Apache-2.0
#include "agent/dataplane/gate_maps.h"

#include "agent/dataplane/map_names.h"
#include "agent/dataplane/pinned_maps.h"

namespace sipward::dataplane {

namespace {

/// 0: there is none.
std::uint32_t find_pulse_id(const std::string& pin_path) {
  const auto map = open_map_to_read(pin_path, kPulse);
  const auto info = map ? map_info(map->get()) : std::nullopt;
  return info ? info->id : 0;
}

}  // namespace

sip::Result<GateMaps, std::string> GateMaps::open(const std::string& pin_path) {
  const std::uint32_t id =
      find_pulse_id(pin_path);  // first: what is replaced meanwhile shows later
  auto bindings = Bindings::open(pin_path);
  if (!bindings) return bindings.error();
  auto lanes = Lanes::open(pin_path);
  if (!lanes) return lanes.error();
  auto admissions = Admissions::open(pin_path);
  if (!admissions) return admissions.error();
  auto pulse = Pulse::open(pin_path);
  if (!pulse) return pulse.error();
  return GateMaps{.bindings = std::move(*bindings),
                  .lanes = std::move(*lanes),
                  .admissions = std::move(*admissions),
                  .pulse = std::move(*pulse),
                  .pin_path = pin_path,
                  .pulse_id = id};
}

bool GateMaps::are_replaced() const {
  const std::uint32_t now = find_pulse_id(pin_path);
  return now != 0 && now != this->pulse_id;
}

}  // namespace sipward::dataplane
