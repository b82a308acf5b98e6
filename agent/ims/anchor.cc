// SPDX-License-Identifier: Apache-2.0
#include "agent/ims/anchor.h"

#include <string_view>

namespace sipward::ims {
namespace {

std::string mac_text(const std::array<std::uint8_t, 6>& mac) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const std::uint8_t octet : mac) {
    if (!text.empty()) text += ':';
    text += kDigits[octet >> 4];
    text += kDigits[octet & 0xf];
  }
  return text;
}

}  // namespace

std::string Anchor::text() const {
  std::string out = "slot " + std::to_string(slot);
  if (vlan != 0) out += ", VLAN " + std::to_string(vlan);
  if (inner_vlan != 0) out += "." + std::to_string(inner_vlan);
  return out + ", MAC " + mac_text(mac) + ", hop limit " + std::to_string(hop_limit);
}

}  // namespace sipward::ims
