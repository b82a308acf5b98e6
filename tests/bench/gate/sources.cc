// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/gate/sources.h"

#include <array>
#include <chrono>

namespace sipward::bench {

sip::IpAddress source_address(std::uint32_t first, std::uint32_t number) {
  const std::uint32_t word = first + 2 * number;
  const std::array<std::uint8_t, 4> octets = {
      static_cast<std::uint8_t>(word >> 24), static_cast<std::uint8_t>(word >> 16),
      static_cast<std::uint8_t>(word >> 8), static_cast<std::uint8_t>(word)};
  return *sip::IpAddress::from_bytes(octets);
}

std::vector<ims::KernelRow> make_rows(std::uint32_t count) {
  const auto expires = std::chrono::steady_clock::now() + std::chrono::hours(1);
  std::vector<ims::KernelRow> rows;
  rows.reserve(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    rows.push_back({.key = {.ip = source_address(kFirstUe, i), .port = source_port(i)},
                    .binding = i + 1,
                    .epoch = 1,
                    .expires = expires});
  }
  return rows;
}

}  // namespace sipward::bench
