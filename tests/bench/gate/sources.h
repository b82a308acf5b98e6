// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "agent/ims/actions.h"

namespace sipward::bench {

/// Sources of the benchmark are numbered; generator.bpf.c makes address and port of the number as
/// `source_address` and `source_port` do. UEs have the even addresses of one block and strangers
/// the odd ones: no look at a prefix tells them apart. The block is ordinary unicast space, so that
/// no rule about bogons does either; it is seen in namespaces of this process alone.
struct Sources {
  std::uint32_t first = 0;  ///< address of number 0
  std::uint32_t count = 1;  ///< a power of two; packets draw from them at random
};

inline constexpr std::uint32_t kMany = 1U << 20;
inline constexpr std::uint32_t kFirstUe = 0x14000100;  // 20.0.1.0
inline constexpr std::uint32_t kFirstStranger = kFirstUe + 1;

[[nodiscard]] sip::IpAddress source_address(std::uint32_t first, std::uint32_t number);
[[nodiscard]] constexpr std::uint16_t source_port(std::uint32_t number) {
  return static_cast<std::uint16_t>(1024 + (number & 0x7fff));
}

/// The first rows of the IP address check table: one UE behind each address, bound with its port.
[[nodiscard]] std::vector<ims::KernelRow> make_rows(std::uint32_t count);

}  // namespace sipward::bench
